#include "catalogue.h"

#include <string.h>

const struct demo_person demo_people[] = {
    { "marisol", "Marisol", "Etcheverry", "Pads, tape and patience. I record rooms, then write music that fits inside them.", "Valparaíso, Chile", true, 38 },
    { "kofi.amanor", "Kofi", "Amanor", "House for kitchens and small clubs. Everything is swung by hand.", "Accra, Ghana", true, 36 },
    { "nordlys", "Ingrid", "Solbakk", "Machines, long nights, short loops. Live sets only, no laptop on stage.", "Tromsø, Norway", true, 10 },
    { "yuki_beats", "Yuki", "Tanabe", "Slow drums and warm keys for homework, rain and the last train.", "Kanazawa, Japan", true, 7 },
    { "delphine.roy", "Delphine", "Roy", "Piano in the morning, guitar in the evening. I teach, write and walk a lot.", "Clermont-Ferrand, France", true, 16 },
    { "cassius", "Cassius", "Bright", "Bass music since the pirate radio days. Echo is an instrument.", "Bristol, United Kingdom", true, 35 },
    { "pixel.ama", "Ama", "Kowalczyk", "Synthesisers from before I was born and game consoles older than my brother.", "Łódź, Poland", true, 19 },
    { "theo", "Théo", "Lemaire", "Listener, collector of covers, maker of far too many playlists.", "Liège, Belgium", false, 30 },
};
const size_t demo_people_count = sizeof demo_people / sizeof demo_people[0];

#define PIECE(s, n, b, r, m, seconds) { .style = s, .seed = n, .bpm = b, .root = r, .mode = m, .duration_ms = (seconds) * 1000, \
    .sample_rate = 44100, .bit_depth = 16 }

const struct demo_track demo_tracks[] = {
    { "marisol", "Salt on the Window", "Marisol Etcheverry", "Rooms by the Sea", 1, "Ambient", "drone,slow,evening",
      "Four chords that take their time, written during a week of fog.", 2026, true, PIECE(DEMO_AMBIENT, 1, 60, 2, DEMO_LYDIAN, 132) },
    { "marisol", "Low Tide, 5 a.m.", "Marisol Etcheverry", "Rooms by the Sea", 2, "Experimental", "sea,birds,rain,walk",
      "Waves, a line of birds and the rain that ended the walk. Listen with headphones.", 2026, true,
      { .style = DEMO_FIELD, .seed = 2, .bpm = 60, .root = 9, .mode = DEMO_MINOR, .duration_ms = 96000, .sample_rate = 48000, .bit_depth = 24 } },
    { "marisol", "The House Breathes", "Marisol Etcheverry", "Rooms by the Sea", 3, "Ambient", "drone,kalimba,sleep",
      "The floorboards were already in tune; I only added the bells.", 2026, false, PIECE(DEMO_AMBIENT, 21, 66, 7, DEMO_MAJOR, 118) },
    { "marisol", "Letter Without Words", "Marisol Etcheverry", "", 0, "Spoken word", "voice,vowels,night",
      "A letter read aloud in a language that has only vowels.", 2025, false, PIECE(DEMO_SPOKEN, 12, 76, 2, DEMO_DORIAN, 92) },
    { "kofi.amanor", "Kitchen Floor", "Kofi Amanor", "", 0, "House", "deep house,club,groove",
      "The first thing I made after moving the speakers next to the stove.", 2026, true, PIECE(DEMO_HOUSE, 4, 122, 9, DEMO_DORIAN, 140) },
    { "kofi.amanor", "Osu Sunday", "Kofi Amanor", "", 0, "House", "sunny,chords,dance",
      "Ninth chords, open windows, somebody grilling downstairs.", 2026, false, PIECE(DEMO_HOUSE, 31, 125, 5, DEMO_MINOR, 126) },
    { "nordlys", "Polar Grid", "Nordlys", "", 0, "Techno", "acid,warehouse,hypnotic",
      "One sequencer, one filter, one take.", 2026, false, PIECE(DEMO_TECHNO, 5, 132, 5, DEMO_PHRYGIAN, 124) },
    { "nordlys", "Night Ferry", "Nordlys", "", 0, "Techno", "driving,dark,live",
      "Recorded live at two in the morning, somewhere past the Arctic Circle.", 2025, true, PIECE(DEMO_TECHNO, 44, 136, 7, DEMO_MINOR, 108) },
    { "yuki_beats", "Umbrella Weather", "Yuki Tanabe", "Last Train Tapes", 1, "Hip-hop", "lo-fi,beats,study,rain",
      "Side A starts with the sound of the tape itself.", 2026, true, PIECE(DEMO_LOFI, 7, 82, 3, DEMO_MAJOR, 104) },
    { "yuki_beats", "Convenience Store Light", "Yuki Tanabe", "Last Train Tapes", 2, "Hip-hop", "lo-fi,beats,keys,night",
      "Half past eleven, rice ball, wrong umbrella.", 2026, true, PIECE(DEMO_LOFI, 52, 76, 8, DEMO_MAJOR, 98) },
    { "yuki_beats", "Platform Four", "Yuki Tanabe", "Last Train Tapes", 3, "Hip-hop", "lo-fi,beats,swing,home",
      "For everyone who has fallen asleep before their stop.", 2026, false, PIECE(DEMO_LOFI, 63, 88, 10, DEMO_DORIAN, 88) },
    { "delphine.roy", "Étude for a Quiet Street", "Delphine Roy", "", 0, "Classical", "piano,minimal,solo,morning",
      "The left hand counts to five, the right hand to eight. They meet again at the end.", 2026, false,
      PIECE(DEMO_PIANO, 3, 84, 0, DEMO_MAJOR, 116) },
    { "delphine.roy", "The Miller's Bicycle", "Delphine Roy", "", 0, "Folk", "guitar,waltz,acoustic",
      "A waltz in the old tuning, with feet and hands from the people who were there.", 2026, true, PIECE(DEMO_FOLK, 11, 96, 7, DEMO_MAJOR, 94) },
    { "delphine.roy", "November, Second Floor", "Delphine Roy", "", 0, "Classical", "piano,minimal,strings,slow",
      "Written for the neighbour who practises the same scale every evening.", 2025, false, PIECE(DEMO_PIANO, 38, 76, 9, DEMO_MINOR, 92) },
    { "cassius", "Echo Chamber Door", "Cassius Bright", "", 0, "Dub", "reggae,echo,bass",
      "One drop, one spring reverb, one very patient neighbour.", 2026, true, PIECE(DEMO_DUB, 6, 72, 7, DEMO_MINOR, 120) },
    { "cassius", "Viaduct Runner", "Cassius Bright", "", 0, "Drum and bass", "174,reese,rolling",
      "Tested on a car system under the flyover. The car lost.", 2026, false, PIECE(DEMO_DRUM_AND_BASS, 8, 174, 4, DEMO_MINOR, 132) },
    { "pixel.ama", "Neon Tramway", "Ama Kowalczyk", "", 0, "Electronic", "synthwave,eighties,drive,night",
      "Line 12, last car, headphones on.", 2026, false, PIECE(DEMO_SYNTHWAVE, 9, 100, 9, DEMO_MINOR, 134) },
    { "pixel.ama", "Continue? 9… 8… 7…", "Ama Kowalczyk", "", 0, "Electronic", "chiptune,8-bit,game,happy",
      "Two pulses, a triangle and all the coins I had.", 2026, true, PIECE(DEMO_CHIPTUNE, 10, 150, 0, DEMO_MAJOR, 64) },
};
const size_t demo_tracks_count = sizeof demo_tracks / sizeof demo_tracks[0];

void
demo_key_name(const struct demo_piece *piece, char ret_key[DEMO_KEY_LENGTH])
{
    static const char *const roots[12] = { "C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B" };
    static const char *const modes[] = { "major", "minor", "dorian", "lydian", "phryg.", "mixol." };

    snprintf(ret_key, DEMO_KEY_LENGTH, "%s %s", roots[piece->root % 12], modes[piece->mode]);
}

const struct demo_person *
demo_person_find(const char *username)
{
    for (size_t i = 0; i < demo_people_count; i++)
        if (strcmp(demo_people[i].username, username) == 0)
            return &demo_people[i];
    return NULL;
}
