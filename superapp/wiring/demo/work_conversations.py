"""Conversations about beads, coffee, parcels and cloth."""

from __future__ import annotations

from superapp.wiring.demo.conversation_script import ScriptedConversation

WORK_CONVERSATIONS = (
    ScriptedConversation(
        one="siti",
        other="sekar",
        unread={"sekar": 3},
        lines="""
-1 20:41 siti: Assalamualaikum Kak, gelang manik yang merah hati masih ada?
-1 20:44 sekar: Waalaikumsalam Kak Siti. Masih, tinggal 4 buah. Yang tali elastis atau yang pakai kait?
20:46 siti: Yang kait aja. Tanganku kecil, bisa disesuaikan?
20:47 sekar: Bisa dong. Ukur lingkar pergelangan pakai benang, nanti aku pasin. Gratis 😊
  + 🙏 siti
20:53 siti: 14,5 cm Kak
20:54 sekar: Siap, kucatat 14,5. Satu aja atau mau sama antingnya? Kalau satu set jadi Rp85.000
  ~ Siap, kucatat 14,5. Satu aja atau mau sama antingnya? Kalau satu set jadi Rp95.000, sudah sama pouch batik
21:10 siti: Lucu juga ya kalau satu set. Aku tanya adikku dulu ya
21:11 sekar: Santai Kak, kusimpankan dulu sampai besok siang
-26m siti: Kak jadi yang satu set ya, dua malah! Adikku ikutan mau
-25m siti: Yang satu merah hati, satunya hijau lumut
-24m siti: Kirim ke Surabaya berapa hari?
""",
    ),
    ScriptedConversation(
        one="daud",
        other="sekar",
        unread={"sekar": 1},
        pinned_by="sekar",
        lines="""
-6 08:02 daud: Selamat pagi dari Rantepao, Sekar. Di sini lagi berkabut, kebunnya seperti negeri di atas awan
08:15 sekar: Pagi Kak Daud! Di Jogja sudah panas dari jam 7 😅
08:17 daud: Panen petik merah minggu ini bagus. Aku kirim contoh 200 gram ya, buat teman paket Lebaran yang kamu bilang
08:21 sekar: Waah boleh banget. Jadi idenya: gelang manik motif pa'tedong + kopi Toraja 200 gr, satu kotak
  + 🔥 daud
08:22 daud: [> pa'tedong] Pa'tedong itu kepala kerbau, lambang sejahtera. Cocok untuk hadiah
08:25 sekar: Nah kan! Ceritanya dapet. Nanti kutulis di kartunya, Kakak periksa biar nggak salah ya
-5 19:39 sekar: Ini draf kartunya ya:
19:40 sekar: "Pa'tedong — doa agar rumah selalu berkecukupan. Dirangkai di Jogja, ditemani kopi dari Rantepao."
19:58 daud: Indah. Satu koreksi kecil: tulis "Toraja Utara" di bawah Rantepao. Orang sini senang kalau disebut lengkap
20:01 sekar: Siap, kuganti. Makasih Kak 🙏
-3 10:12 daud: Kopi sudah jalan, pakai kargo Makassar. Perkiraan 3 hari
10:30 sekar: Mantap. Kabari kalau ada nomor resinya ya
10:34 daud: TRJ-0098213
  + 👍 sekar
-1 16:20 sekar: Kaaak kopinya sampai! Wanginya sampai ke ruang tamu
16:21 sekar: Bu Ratna sebelah langsung minta diseduhin 😂
  + 😂 daud
16:45 daud: Salam untuk Bu Ratna. Seduh 92 derajat, jangan mendidih, nanti pahit
16:47 sekar: [> 92 derajat] Termometernya nggak punya, pakai perasaan boleh? 😄
16:48 daud: Boleh. Perasaan orang Jogja kan halus
-52m daud: Sekar, aku sudah hitung. Kalau ambil 5 kg sekalian, sangrai medium, jadinya Rp190.000 per kilo. Gimana?
""",
        drafts={"sekar": "Kak, kalau 3 kg dulu bisa? Nanti kalau paketnya"},
    ),
    ScriptedConversation(
        one="joko",
        other="sekar",
        lines="""
-4 13:05 joko: Siang Mbak Sekar, hari ini ada berapa paket?
13:07 sekar: Tujuh Pak Joko, yang satu agak besar
13:08 joko: Siap, jam 3 saya mampir
15:02 joko: Saya sudah di depan gang, ada mobil pasir jadi jalan kaki ya
15:03 sekar: Oke Pak, saya bawakan ke depan aja
  + 🙏 joko
-2 14:20 joko: Mbak, paket yang ke Sleman penerimanya nggak di rumah. Dititip ke tetangganya, Bu Yanti
14:24 sekar: Makasih Pak, saya kabari orangnya
14:25 joko: Sudah saya foto juga serah terimanya
-1 12:58 sekar: Pak hari ini 4 paket ya, satu ke Surabaya, satu Jayapura
13:01 joko: Jayapura? Wah jauh. Pakai kardus dobel Mbak, biar aman
13:02 sekar: Sudah dobel plus bubble wrap 💪
13:03 joko: Siap, jam 3 seperti biasa
  + 👍 sekar
-95m joko: Mbak, hari ini saya agak sore ya, ban bocor di Ringroad
-93m sekar: Nggak apa-apa Pak, yang penting selamat. Saya tunggu
-92m joko: Makasih Mbak 🙏
""",
    ),
    ScriptedConversation(
        one="fatimah",
        other="sekar",
        lines="""
-8 09:30 fatimah: Kak Sekar, pesanan tatakan gelas manik untuk kedai sudah sampai di Banda Aceh. Rapi sekali!
09:41 sekar: Alhamdulillah. Nggak ada yang lepas kan, Kak?
09:45 fatimah: Satu longgar, tapi sudah dijahit karyawan. Pelanggan pada nanya beli di mana
09:46 sekar: Yang longgar kuganti ya, nanti kuselipkan di pesanan berikut
  + ❤️ fatimah
-3 11:02 fatimah: Kak, mau pesan lagi 24 buah. Motif pinto Aceh bisa?
11:15 sekar: Bisa! Kakak punya gambarnya? Biar lengkungnya nggak meleset
11:20 fatimah: Nanti sore kufoto dari bros punya Nenek
17:48 fatimah: Maaf Kak baru sempat, kedai ramai. Besok pagi ya
  x
17:55 fatimah: Kak, fotonya kukirim lewat pos ya, sekalian bros aslinya. Hati-hati, itu umurnya 60 tahun 😅
18:02 sekar: Ya ampun Kak, aku jadi deg-degan. Kubungkus kapas nanti kukirim balik pakai asuransi
18:03 fatimah: [> deg-degan] Percaya sama Kakak 🤲
-1 10:10 sekar: Bros Nenek sudah sampai dengan selamat. Cantik sekali 😭 Contoh pertama jadi lusa ya
10:22 fatimah: Nenek bilang: "jaga baik-baik ya, Nak". Sudah kusampaikan orangnya teliti
  + 🥹 sekar
""",
    ),
    ScriptedConversation(
        one="chandra",
        other="sekar",
        lines="""
-5 14:00 sekar: Koh Chandra, kotak kraft 15x15x5 yang jendela mika stoknya ada?
14:12 chandra: Ada, Mbak. Per 100 Rp210.000, per 500 jadi Rp185.000 per seratusnya
14:13 sekar: Kalau 200 dulu?
14:20 chandra: 200 saya kasih Rp200.000 per seratus. Langganan 😊
  + 🙏 sekar
14:22 sekar: Oke. Mikanya yang tebal ya Koh, yang kemarin gampang penyok
14:25 chandra: [> gampang penyok] Noted. Itu batch lama, sudah saya komplain ke pabrik. Sekarang 0,3 mm
-4 09:05 chandra: Sudah dikirim dari Semarang, naik travel sore. Sampai Jogja malam
20:31 sekar: Sudah kuambil di pool. Bagus Koh, kokoh. Makasih!
20:40 chandra: Sip 👍
""",
    ),
    ScriptedConversation(
        one="made",
        other="sekar",
        unread={"made": 1},
        lines="""
-7 10:20 made: Kak Sekar, aku Made dari Denpasar, dapat kontaknya dari Emma. Katanya bisa custom anting?
10:34 sekar: Halo Kak Made! Bisa, mau motif apa?
10:36 made: Kamboja kecil, putih-kuning. Untuk penari sanggar, 12 pasang. Harus ringan, soalnya dipakai 2 jam
10:40 sekar: Kalau manik kaca agak berat. Gimana kalau manik akrilik + benang, sekitar 4 gram sepasang?
10:41 made: Perfect 👌
10:43 sekar: Kubuat satu contoh dulu ya, kirim foto lusa
-5 16:00 sekar: Contohnya jadi Kak. 3,8 gram! Kupakai seharian nggak kerasa
  + 😍 made
16:30 made: Cantik banget. Lanjut 12 pasang ya. Pentasnya tanggal 28
16:31 sekar: Aman, dikirim paling lambat minggu depan
-2 12:10 made: Kak, anak-anak nambah 2 orang, jadi 14 pasang boleh?
12:12 sekar: Boleh, masih ada maniknya
-1 18:22 sekar: 14 pasang sudah kelar, besok dikirim. Kuselipkan 2 kait cadangan
18:40 made: Suksma, Kak 🙏
-68m sekar: Paketnya sudah jalan ya Kak, pesawat sore. Semoga pentasnya lancar!
""",
    ),
    ScriptedConversation(
        one="yohana",
        other="sekar",
        lines="""
-9 08:00 yohana: Selamat pagi Kak, saya Yohana dari Jayapura
08:01 yohana: Mama-mama di sini ada benang kulit kayu untuk noken, Kakak tertarik?
08:30 sekar: Pagi Kak Yohana! Tertarik sekali. Seratnya kuat ya buat tali gelang?
08:33 yohana: Kuat, direndam dan dipintal tangan. Warnanya dari akar dan daun
08:35 sekar: Boleh aku beli contoh tiga warna? Sekalian cerita siapa yang buat, biar bisa kutulis namanya
  + ❤️ yohana
08:41 yohana: Tentu. Mama Dorkas, Mama Lince, dan Mama Yuliana
-6 07:15 yohana: Sudah saya kirim lewat kapal, lebih murah. Kira-kira 10 hari sampai, sabar ya Kak
07:40 sekar: Nggak buru-buru kok. Kapal pun jadi 🚢
  + 😂 yohana
-1 06:50 yohana: Kak, kapal sudah sandar di Surabaya katanya. Dua hari lagi di Jogja
09:12 sekar: Waah cepat! Nanti begitu sampai kukabari
""",
    ),
    ScriptedConversation(
        one="thomas",
        other="sekar",
        unread={"sekar": 1},
        muted_by="sekar",
        lines="""
-4 19:00 thomas: Malam Ibu Sekar, saya Thomas, penenun di Waingapu. Bu Ani dari pameran kasih nomor ini
19:22 sekar: Malam Pak Thomas, panggil Sekar saja. Yang tenun ikat pewarna mengkudu itu ya? Saya lihat, bagus sekali
19:25 thomas: Betul. Ada potongan sisa tenun, 10-20 cm. Sayang kalau dibuang. Mungkin untuk anting?
19:27 sekar: [> sisa tenun] Pas sekali! Saya mau semua yang ada 😄
19:28 thomas: Ada sekitar 6 kilo 😅
19:30 sekar: ...mungkin 1 kilo dulu Pak
  + 😂 thomas
-2 20:15 thomas: Sudah saya pilihkan yang motif kuda dan ayam. Yang mamuli saya simpan, itu adat
20:20 sekar: Terima kasih sudah menjelaskan, Pak. Yang adat jangan dijual ya, saya ikut Bapak
  + 🙏 thomas
-3m thomas: Sekar, paket sudah di bandara Tambolaka. Saya kirim juga kartu nama penenunnya satu-satu
""",
    ),
)
