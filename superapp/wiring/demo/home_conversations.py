"""Conversations of family, neighbours and friends."""

from __future__ import annotations

from superapp.wiring.demo.conversation_script import ScriptedConversation

HOME_CONVERSATIONS = (
    ScriptedConversation(
        one="ibu",
        other="sekar",
        pinned_by="sekar",
        lines="""
-3 05:40 ibu: Nduk sudah subuhan?
05:52 sekar: Sampun Bu ☺️ Ibu sehat?
05:55 ibu: Sehat. Bapak kemarin panen lombok, banyak. Ibu buatkan sambal bawang, nanti dititip bis
  + 😋 sekar
05:57 sekar: Asyik! Yang pedas ya Bu
05:58 ibu: Semua pedas. Lombok kok minta ndak pedas
-1 18:10 ibu: Sambalnya sudah sampai?
18:31 sekar: Sudah Bu, langsung habis setengah toples. Pak Joko kurir kukasih juga, katanya nangis tapi nambah 😂
18:35 ibu: Alhamdulillah kalau cocok
  + ❤️ sekar
18:36 ibu: Sekar jangan kerja sampai malam terus. Matanya dijaga
18:40 sekar: Nggih Bu. Jam 9 sudah tutup manik-manik
-38m ibu: Minggu depan jadi pulang Klaten?
-36m sekar: Jadi Bu, Jumat sore naik prameks. Mau dibawakan apa?
-35m ibu: Bawa diri saja. Sama bakpia yang keju, Bapak suka
  + 😄 sekar
""",
    ),
    ScriptedConversation(
        one="ratna",
        other="sekar",
        unread={"sekar": 2},
        lines="""
-4 07:20 ratna: Mbak Sekar, semalam dengar suara di belakang rumah kosong?
07:31 sekar: Dengar Bu, kukira kucing
07:32 ratna: Kata Pak Slamet ternyata musang. Tapi Bu Tri bilang bukan musang...
07:33 sekar: Lha terus apa Bu? 😳
07:35 ratna: Anaknya sendiri pulang malam, lompat pagar 🤭
  + 😂 sekar
07:36 sekar: Ya ampun. Ronda kita kalah sama Bu Tri
-2 16:05 ratna: Mbak, tadi ada tamu nyari rumah Mbak, katanya mau ambil pesanan. Saya suruh tunggu di teras
16:09 sekar: Makasih Bu, itu Mas Ardi. Saya lagi di pos kirim paket, 10 menit lagi sampai
16:10 ratna: Sudah saya kasih teh. Orangnya sopan. Masih bujang katanya 😉
16:11 sekar: Bu Ratnaaa 🙈
  + 🤭 ratna
-1 16:55 ratna: Kopi Toraja-nya enak betul. Suami saya yang biasanya kopi sachet sampai nambah dua
17:03 sekar: Nanti kalau paketnya jadi, Ibu kukasih pertama
-19m ratna: Mbak, besok jam 7 kerja bakti ya, bersih selokan. Pak RT pesan bawa arit
-18m ratna: Yang kemarin dipinjam Pak Slamet belum balik 😅 Mbak punya?
""",
    ),
    ScriptedConversation(
        one="slamet",
        other="sekar",
        lines="""
-5 18:30 slamet: Selamat malam Mbak Sekar. Mengingatkan iuran sampah bulan ini Rp25.000, bisa dititip Bu Ratna
18:44 sekar: Malam Pak RT. Sudah saya titip tadi sore, nggih
18:50 slamet: Siap, sudah saya catat. Matur nuwun
  + 🙏 sekar
-2 20:12 slamet: Mbak, ada undangan pelatihan UMKM dari kelurahan, Rabu jam 9. Dua orang per RT. Mbak Sekar berkenan?
20:20 sekar: Berkenan Pak! Materinya apa?
20:22 slamet: Pembukuan sederhana dan foto produk
20:23 sekar: [> foto produk] Nah itu yang saya butuh. Siap hadir
  + 👍 slamet
-1 07:05 slamet: Besok kerja bakti jam 7, mohon kehadirannya. Snack dari kas RT
07:10 sekar: Siap Pak. Saya bawa kopi Toraja satu termos
07:11 slamet: Wah, yang kerja bakti bisa dua RT ini 😄
  + 😂 sekar
""",
    ),
    ScriptedConversation(
        one="rizky",
        other="sekar",
        lines="""
-6 21:10 sekar: Riz, kamera kamu nganggur nggak weekend ini?
21:15 rizky: Nganggur mbak, kayak yang punya
21:16 sekar: 😂 Bantuin foto katalog baru dong. Ada honor
21:17 rizky: Honornya sambal Budhe aja
  + 😂 sekar
21:19 sekar: Deal. Kebetulan Ibu baru kirim
-3 19:45 rizky: Mbak, fotonya udah kuedit. 42 foto. Yang latar batik paling cakep menurutku
19:58 sekar: Kerennn. Yang cincin agak gelap nggak sih?
20:02 rizky: Iya itu sengaja moody. Tapi bisa kuterangin
20:03 sekar: Terangin dikit ya, ibu-ibu belinya yang kelihatan jelas 😄
20:30 rizky: Done. Versi ibu-ibu sudah jadi
  ~ Done. Versi "kelihatan jelas" sudah jadi 🫡
  + ❤️ sekar
-1 22:40 rizky: Mbak besok aku sidang proposal. Doain
22:41 sekar: Bismillah Riz! Tidur sekarang, jangan begadang
22:42 rizky: Iya iya. Lima menit lagi
23:58 rizky: belum tidur 😬
  x
-120m rizky: LULUS MBAK 🎉 revisi dikit doang
  + 🎉 sekar
-118m sekar: ALHAMDULILLAH. Budhe pasti masak besar. Bangga aku!
""",
    ),
    ScriptedConversation(
        one="emma",
        other="sekar",
        lines="""
-5 15:10 emma: Hi Sekar! Is the workshop on Saturday still on? Two of my students want to join
15:22 sekar: Hi Emma! Yes, 10 o'clock at my place. I have beads for six people
15:24 emma: Lovely. Do they need to bring anything?
15:25 sekar: Just patience 😄 and maybe glasses if they use them
  + 😂 emma
-3 17:02 emma: Thank you for today! They're already fighting over who made the better bracelet
17:15 sekar: Both are good. But the green one has a secret mistake, don't tell her
17:16 emma: [> secret mistake] My lips are sealed 🤐
  + 🤭 sekar
-2 09:30 emma: How do you say "handmade with love" in Javanese?
09:41 sekar: "Digawe nganggo ati". It means made with the heart
  + ❤️ emma
09:42 emma: That's even better than the English
-1 19:20 emma: Oh, and Made says the earrings are perfect. I'll take the credit for introducing you two
  ~ Oh, and Made says the earrings are perfect. I'll take full credit for introducing you two 😌
19:26 sekar: You get a free pair. Fair?
19:27 emma: Fair! See you next week
  + 👍 sekar
""",
    ),
    ScriptedConversation(
        one="daud",
        other="fatimah",
        unread={"fatimah": 1},
        lines="""
-7 10:00 fatimah: Pak Daud, saya Fatimah, punya kedai kopi di Banda Aceh. Sekar bilang arabika Bapak bagus
10:20 daud: Terima kasih, Bu Fatimah. Kebun kami di 1.600 mdpl. Mau coba yang proses basah atau natural?
10:24 fatimah: Natural dulu. Orang sini biasa Gayo, saya mau kenalkan yang lain
10:26 daud: Kalau begitu saya kirim dua-duanya, biar pelanggan Ibu yang memilih
  + 👍 fatimah
-3 08:40 fatimah: Sudah kami cupping. Natural menang tipis, katanya ada rasa nangka
08:55 daud: [> rasa nangka] Betul, itu khas lereng timur
08:56 fatimah: Saya pesan 10 kg, sangrai medium
09:01 daud: Siap. Sangrai Kamis, kirim Jumat
-44m daud: Bu, sangrainya sudah selesai, sedang istirahat 24 jam. Besok berangkat
""",
    ),
    ScriptedConversation(
        one="slamet",
        other="ratna",
        lines="""
-2 06:30 ratna: Pak RT, selokan depan rumah Bu Tri mampet lagi
06:44 slamet: Nggih Bu, sudah masuk daftar kerja bakti
06:45 ratna: Sekalian arit saya ya Pak, kalau sudah selesai 😅
06:47 slamet: Waduh, maaf Bu. Masih di rumah, nanti sore saya antar
  + 🙏 ratna
-1 19:15 ratna: Belum kelihatan aritnya Pak 😄
19:40 slamet: Dipinjam Pak Kardi. Besok pasti
""",
    ),
    ScriptedConversation(
        one="emma",
        other="made",
        lines="""
-8 12:00 made: Emma! Long time. Do you know someone in Jogja who makes light earrings? For my dancers
12:14 emma: I know exactly the person. Sekar. She's wonderful and very exact about weight
12:15 made: Perfect, please share her handle
12:16 emma: It's @manik.sekar, tell her I sent you
  + 🙏 made
-1 19:05 made: They are PERFECT. 3.8 grams. You saved my show
  + 🎉 emma
19:12 emma: Save me a seat on the 28th
19:13 made: First row
  + ❤️ emma
""",
    ),
    ScriptedConversation(
        one="thomas",
        other="yohana",
        lines="""
-4 20:00 thomas: Kak Yohana, benang kulit kayu itu bisa dicelup mengkudu juga?
20:31 yohana: Bisa Pak, tapi direndam kapur sirih dulu supaya warnanya naik
20:33 thomas: Sama seperti kami di Sumba, pakai loba. Menarik ya, beda pulau caranya mirip
  + 😊 yohana
20:36 yohana: Nenek moyang kita rajin kirim kabar rupanya
  + 😂 thomas
""",
    ),
)
