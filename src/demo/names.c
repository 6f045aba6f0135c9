#include "names.h"

#include <ctype.h>
#include <string.h>

#define COUNT(list) (unsigned)(sizeof(list) / sizeof(list)[0])

static const char *const latin_words[] = {
    "love", "night", "blue", "dream", "light", "heart", "time", "day", "fire", "rain", "moon", "home", "summer", "star", "dance", "river", "gold", "black", "sun",
    "little", "city", "sky", "wild", "water", "road", "lost", "sweet", "wind", "winter", "ghost", "silver", "red", "ocean", "sleep", "morning", "stone", "shadow",
    "house", "song", "white", "garden", "run", "dust", "glass", "green", "hollow", "north", "echo", "bird", "island", "slow", "paper", "machine", "mirror", "train",
    "window", "velvet", "honey", "storm", "bloom", "static", "electric", "midnight", "summit", "harbour", "wolf", "candle", "neon", "letter", "empty", "forest",
    "signal", "ember", "tide", "crystal", "radio", "satellite", "kitchen", "avenue", "thunder", "cloud", "orchard", "copper", "lantern", "marble", "ivory", "comet",
    "tunnel", "balcony", "feather", "salt", "sugar", "needle", "ribbon", "engine", "harvest", "meadow", "canyon", "delta", "tempo", "pulse", "drift", "gravity",
    "orbit", "fever", "atlas", "nomad", "saint", "tiger", "heron", "falcon", "cinema", "hotel", "motel", "palace", "market", "station", "bridge", "corner",
    "seven", "twenty", "thousand", "first", "last", "never", "always", "again", "alone", "together", "inside", "under", "over", "after", "before", "tonight"};
static const char *const accent_words[] = {
    "été", "nuit", "café", "forêt", "corazón", "mañana", "canción", "grüße", "schön", "träume", "noël", "étoile", "lumière", "rêve", "château", "garçon", "où",
    "coração", "saudade", "amanhã", "ilusão", "łódź", "źródło", "święto", "žena", "říjen", "tűz", "erdő", "år", "sjö", "fjäll", "ønske", "køb", "ţară", "şarkı",
    "güneş", "ığdır", "ñandú", "péché", "île", "crème", "déjà", "vécu", "siècle", "fenêtre", "jardín", "océano", "música", "só", "três"};
static const char *const cyrillic_words[] = {
    "ночь", "день", "свет", "море", "дом", "зима", "снег", "ветер", "город", "река", "мечта", "звезда", "огонь", "песня", "тень", "лес", "дорога", "сердце", "весна",
    "небо", "луна", "утро", "вода", "время", "сон", "поезд", "окно", "золото", "тишина", "голос"};
static const char *const arabic_words[] = {
    "ليل", "نور", "قمر", "بحر", "حب", "قلب", "شمس", "حلم", "طريق", "مدينة", "ريح", "مطر", "نار", "صوت", "صباح", "نجمة", "بيت", "ورد", "سماء", "غناء"};
static const char *const han[] = {
    "夜", "月", "海", "風", "雨", "光", "花", "山", "川", "空", "星", "心", "夢", "雪", "春", "夏", "秋", "冬", "東", "西", "南", "北", "白", "黒", "青", "赤", "紅", "金", "銀", "火",
    "水", "木", "石", "道", "町", "城", "人", "子", "女", "男", "日", "時", "朝", "夕", "音", "歌", "声", "手", "目", "耳", "島", "鳥", "魚", "馬", "龍", "虎", "雲", "影", "旅", "愛",
    "静", "遠", "近", "高", "古", "新", "長", "千", "万", "一", "二", "三", "天", "地", "中", "上", "下", "門", "橋", "駅"};
static const char *const kana[] = {
    "あ", "い", "う", "え", "お", "か", "き", "く", "け", "こ", "さ", "し", "す", "せ", "そ", "た", "ち", "つ", "て", "と", "な", "に", "ね", "の", "は", "ひ", "ふ", "ほ", "ま", "み",
    "む", "め", "も", "や", "ゆ", "よ", "ら", "り", "る", "れ", "ろ", "わ", "ん"};
static const char *const onsets[] = {"b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "j"};
static const char *const vowels[] = {"a", "e", "i", "o", "u"};
static const char *const accents[] = {"á", "é", "ï", "ô", "ü", "ã", "ě", "ø"};
static const char *const cyrillic_syllables[] = {"ба", "во", "га", "до", "же", "зи", "ка", "ла", "ми", "но", "по", "ра", "си", "та", "фе", "ху", "чи", "ше", "щу", "ря"};
static const char *const arabic_letters[] = {"ب", "ت", "ج", "ح", "د", "ر", "ز", "س", "ش", "ص", "ط", "ع", "ف", "ق", "ك", "ل", "م", "ن", "ه", "و", "ي"};

const char *const name_genres[] = {
    "Pop", "Rock", "Electronic", "Hip-hop", "House", "Indie", "Ambient", "Techno", "Jazz", "Folk", "Metal", "R&B", "Classical", "Punk", "Soul", "Dance", "Latin",
    "Experimental", "Country", "Reggae", "Blues", "Funk", "Soundtrack", "Drum and bass", "Acoustic", "Trance", "World", "Dub", "Gospel", "Spoken word", "Deep house",
    "Lo-fi", "Trap", "Synthwave", "Dubstep", "Shoegaze", "Post-rock", "Afrobeat", "Bossa nova", "Chiptune", "Downtempo", "Drone", "Garage", "Grime", "Hardcore",
    "IDM", "Industrial", "Krautrock", "Minimal", "Noise", "Psytrance", "Progressive rock", "Ska", "Stoner rock", "Swing", "Trip-hop", "Vaporwave", "Breakbeat",
    "Black metal", "Doom metal", "Dream pop", "Electro swing", "Emo", "Flamenco", "Future bass", "Glitch", "J-pop", "K-pop", "Chanson", "Cumbia", "Fado", "Forró",
    "Gnawa", "Highlife", "Klezmer", "Merengue", "New wave", "Polka", "Raï", "Salsa", "Samba", "Tango", "Zouk", "Musique concrète", "Big beat", "Chillwave", "Darkwave",
    "Math rock", "Microhouse", "Neo soul", "Nu disco", "Outrun", "Rockabilly", "Sea shanty", "Slowcore", "Surf rock", "Twee pop", "Witch house", "Yacht rock", "Zydeco"};
const unsigned name_genre_count = COUNT(name_genres);

const char *const name_places[] = {"Lisbon", "Kraków", "Montréal", "Osaka", "São Paulo", "Dakar", "Bergen", "Leeds", "Marseille", "Tbilisi",
                                   "Beirut", "Oaxaca", "Seoul", "Lagos",
                                   "Leipzig", "Porto Alegre", "Tunis", "Detroit", "Ghent", "Tartu", "Hanoi", "Valparaíso", "Zürich", "Novi Sad", "Reykjavík", "Cork"};
const unsigned name_place_count = COUNT(name_places);

static const struct {
    const char *const *first;
    unsigned first_count, all;
} vocabularies[NAME_SCRIPTS] = {
    [NAME_LATIN] = {latin_words, COUNT(latin_words), NAME_PLAIN_WORDS}, [NAME_ACCENTS] = {accent_words, COUNT(accent_words), 9000},
    [NAME_CYRILLIC] = {cyrillic_words, COUNT(cyrillic_words), 7000},    [NAME_ARABIC] = {arabic_words, COUNT(arabic_words), 6000},
    [NAME_HAN] = {han, COUNT(han), 6000},                               [NAME_KANA] = {kana, 0, 6000},
    [NAME_HANGUL] = {kana, 0, 6000}};

static void
add(char *out, const char *text)
{
    size_t used = strlen(out), more = strlen(text);

    if (used + more < NAME_SIZE)
        memcpy(out + used, text, more + 1);
}

/* Appends a word that is made of parts, so many as the number needs: least first, so that words of neighbouring ranks look different. */
static void
add_parts(char *out, unsigned number, unsigned at_least, const char *const *parts, unsigned count)
{
    for (unsigned i = 0; i < at_least || number; i++, number /= count)
        add(out, parts[number % count]);
}

static void
add_syllables(char *out, unsigned number, bool with_accents)
{
    for (unsigned i = 0; i < 2 || number; i++) {
        add(out, onsets[number % COUNT(onsets)]);
        number /= COUNT(onsets);
        if (with_accents && i == 1)
            add(out, accents[number % COUNT(accents)]);
        else
            add(out, vowels[number % COUNT(vowels)]);
        number /= with_accents && i == 1 ? COUNT(accents) : COUNT(vowels);
    }
}

static void
add_hangul(char *out, unsigned number)
{
    for (unsigned i = 0; i < 2 || number; i++, number /= 399) {
        unsigned code = 0xac00 + number % 399 * 28 + (i ? 0 : number % 3 * 4);

        add(out, (const char[]){(char)(0xe0 | code >> 12), (char)(0x80 | (code >> 6 & 63)), (char)(0x80 | (code & 63)), 0});
    }
}

static void
add_word(char *out, enum name_script script, unsigned rank)
{
    if (rank < vocabularies[script].first_count) {
        add(out, vocabularies[script].first[rank]);
        return;
    }
    rank -= vocabularies[script].first_count;
    if (script == NAME_LATIN || script == NAME_ACCENTS) /* neighbours look different; words of two syllables are the more frequent ones */
        rank = rank < 3000 ? rank * 4801 % 6400 : 6400 + rank * 48611 % 505600;
    switch (script) {
    case NAME_CYRILLIC:
        add_parts(out, rank, 2, cyrillic_syllables, COUNT(cyrillic_syllables));
        break;
    case NAME_ARABIC:
        add_parts(out, rank, 3, arabic_letters, COUNT(arabic_letters));
        break;
    case NAME_HAN:
        add_parts(out, rank, 2, han, COUNT(han));
        break;
    case NAME_KANA:
        add_parts(out, rank, 3, kana, COUNT(kana));
        break;
    case NAME_HANGUL:
        add_hangul(out, rank);
        break;
    default:
        add_syllables(out, rank, script == NAME_ACCENTS);
    }
}

/* A word by Zipf's law; the first letter of ASCII is made large where the place wants it. */
static void
add_drawn(struct draw *draw, char *out, enum name_script script, bool is_large)
{
    size_t from = strlen(out);

    add_word(out, script, (unsigned)draw_zipf(draw, vocabularies[script].all, 0.93));
    if (is_large)
        out[from] = (char)toupper((unsigned char)out[from]);
}

static bool
has_spaces(enum name_script script)
{
    return script != NAME_HAN && script != NAME_KANA;
}

static void
add_words(struct draw *draw, char *out, enum name_script script, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (i && has_spaces(script))
            add(out, " ");
        add_drawn(draw, out, script, true);
    }
}

enum name_script
name_script(struct draw *draw)
{
    static const unsigned char shares[NAME_SCRIPTS] = {68, 13, 6, 4, 4, 3, 2};
    unsigned place = (unsigned)draw_below(draw, 100), script = 0;

    while (place >= shares[script])
        place -= shares[script++];
    return (enum name_script)script;
}

void
name_title(struct draw *draw, enum name_script script, char ret[NAME_SIZE])
{
    static const char *const endings[] = {" (Remix)", " (Live)", " (Demo)", " (Acoustic)", " - Edit", " (Instrumental)", ", Pt. 2", " II", " (Interlude)", " 2.0"};
    unsigned kind = (unsigned)draw_below(draw, 100);

    *ret = 0;
    if (script != NAME_LATIN && draw_chance(draw, 12))
        script = NAME_LATIN;
    if (kind < 2) {
        snprintf(ret, NAME_SIZE, "%u", 1900 + (unsigned)draw_below(draw, 140));
    } else if (kind < 22) {
        add_words(draw, ret, script, 1);
    } else if (kind < 58) {
        add_words(draw, ret, script, 2);
    } else if (kind < 78) {
        add_words(draw, ret, script, 3);
    } else if (kind < 84) {
        add_words(draw, ret, script, 4 + (unsigned)draw_below(draw, 3));
    } else if (script == NAME_LATIN) {
        static const char *const between[] = {" of the ", " in ", " and ", " for a ", " without ", " / ", ", ", " to "};

        if (draw_chance(draw, 40))
            add(ret, "The ");
        add_words(draw, ret, script, 1);
        add(ret, between[draw_below(draw, COUNT(between))]);
        add_words(draw, ret, script, 1 + (unsigned)draw_below(draw, 2));
    } else {
        add_words(draw, ret, script, 2);
    }
    if (draw_chance(draw, 11))
        add(ret, endings[draw_zipf(draw, COUNT(endings), 0.8)]);
}

void
name_artist(struct draw *draw, enum name_script script, char ret[NAME_SIZE])
{
    static const char *const signs[] = {"!", "$", "+", ".", "*", "?", " // "};
    unsigned kind = (unsigned)draw_below(draw, 100);
    size_t first;

    *ret = 0;
    if (kind < 34) {
        add_words(draw, ret, script, 1);
    } else if (kind < 74) {
        add_words(draw, ret, script, 2);
    } else if (kind < 82) {
        if (script == NAME_LATIN)
            add(ret, "The ");
        add_words(draw, ret, script, 2);
    } else if (kind < 90) {
        add_words(draw, ret, script, 1);
        add(ret, draw_chance(draw, 60) ? " & " : " x ");
        add_words(draw, ret, script, 1);
    } else if (kind < 94) {
        add_words(draw, ret, script, 4);
    } else if (kind < 97) {
        first = strlen(ret);
        add_words(draw, ret, script, 1);
        for (size_t i = first; ret[i]; i++)
            ret[i] = (char)toupper((unsigned char)ret[i]);
        add(ret, signs[draw_below(draw, COUNT(signs))]);
        if (draw_chance(draw, 30))
            add_words(draw, ret, script, 1);
    } else {
        add_words(draw, ret, script, 1);
        snprintf(ret + strlen(ret), NAME_SIZE - strlen(ret), " %u", (unsigned)draw_below(draw, 100));
    }
}

void
name_playlist(struct draw *draw, enum name_script script, char ret[NAME_SIZE])
{
    static const char *const whole[] = {"Favourites", "Morning", "Running", "Work",  "Late night", "Sunday",
                                        "Road trip",  "Sleep",   "Focus",   "Party", "Rainy days", "Kitchen"};

    *ret = 0;
    if (draw_chance(draw, 25)) {
        add(ret, whole[draw_zipf(draw, COUNT(whole), 0.7)]);
        return;
    }
    add_words(draw, ret, script, 1 + (unsigned)draw_below(draw, 3));
    if (draw_chance(draw, 20))
        snprintf(ret + strlen(ret), NAME_SIZE - strlen(ret), " %u", 2010 + (unsigned)draw_below(draw, 17));
}

void
name_sentence(struct draw *draw, enum name_script script, char ret[NAME_SIZE])
{
    unsigned count = 4 + (unsigned)draw_below(draw, 9);

    *ret = 0;
    for (unsigned i = 0; i < count; i++) {
        if (i && has_spaces(script))
            add(ret, " ");
        add_drawn(draw, ret, script, !i);
    }
    add(ret, has_spaces(script) ? "." : "。");
}

void
name_plain(unsigned rank, char *ret, size_t size)
{
    char word[NAME_SIZE] = "";

    add_word(word, NAME_LATIN, rank);
    snprintf(ret, size, "%s", word);
}
