DROP FUNCTION IF EXISTS angpao_refuse(), angpao_packet_opening_guard(), angpao_packet_guard(), angpao_slot_filling_guard(),
    angpao_slot_guard();
