#include "song.h"

#include <string.h>

static char
section_at(const struct song *song, int bar)
{
    int snap = song->style->snap_bars;
    int blocks = (song->bars + snap - 1) / snap;
    int letters = (int)strlen(song->style->form);
    int index = bar / snap * letters / blocks;

    return song->style->form[index >= letters ? letters - 1 : index];
}

/* Where the run of equal letters around `bar` starts and ends. */
static void
section_find(struct song *song)
{
    int first = song->bar, end = song->bar + 1;

    song->section = section_at(song, song->bar);
    while (first > 0 && section_at(song, first - 1) == song->section)
        first--;
    while (end < song->bars && section_at(song, end) == song->section)
        end++;
    song->section_bar = song->bar - first;
    song->section_bars = end - first;
}

void
song_init(struct song *song, const struct style *style, uint64_t seed, float bpm, struct key key, uint64_t frames, float rate)
{
    float tail_s = 2.0f;

    memset(song, 0, sizeof *song);
    song->style = style;
    song->random.state = seed * 0x2545f4914f6cdd1du + 77;
    song->key = key;
    song->bpm = bpm;
    song->rate = rate;
    song->frames_total = frames;
    song->step_s = 15.0f / bpm;
    song->bars = (int)(((float)frames / rate - tail_s) / (song->step_s * (float)style->steps_per_bar));
    if (song->bars < 1)
        song->bars = 1;
    song->tick = -1;
    song->sweep_s = 0.15f;
    song->duck_factor = decay_per_frame(0.55f, rate);
    limiter_init(&song->limiter, 0.77f, 0.12f, rate);
    delay_init(&song->delay, 3.0f * song->step_s, 4.0f * song->step_s, 0.4f, 250.0f, 5000.0f, rate);
    reverb_init(&song->reverb, 1.0f, 2.2f, 0.3f, 0.02f, rate);
    for (int side = 0; side < 2; side++)
        filter_set(&song->rumble[side], 24.0f, 0.7f, rate);
    song_chords(song, 1.0f, 1, (const int[]){ 0 });
    style->prepare(song);
    song->low_pass_now = song->low_pass_hz > 0.0f ? song->low_pass_hz : 20000.0f;
    song->high_pass_now = song->high_pass_hz > 0.0f ? song->high_pass_hz : 20.0f;
}

void
song_chords(struct song *song, float bars_each, int count, const int *degrees)
{
    song->chord_bars = bars_each;
    song->chord_count = count;
    for (int i = 0; i < count && i < SONG_CHORDS; i++)
        song->chords[i] = degrees[i];
}

int
song_chord(const struct song *song, int *ret_index)
{
    int length = (int)(song->chord_bars * (float)song->style->steps_per_bar);
    int index = song->tick / (length > 0 ? length : 1) % song->chord_count;

    if (ret_index)
        *ret_index = index;
    return song->chords[index];
}

bool
song_chord_begins(const struct song *song)
{
    int length = (int)(song->chord_bars * (float)song->style->steps_per_bar);

    return song->tick % (length > 0 ? length : 1) == 0;
}

bool
song_in(const struct song *song, const char *letters)
{
    return strchr(letters, song->section) != NULL;
}

float
song_progress(const struct song *song)
{
    float bar = (float)song->section_bar + (float)song->step / (float)song->style->steps_per_bar;

    return bar / (float)song->section_bars;
}

bool
song_turnaround(const struct song *song)
{
    return song->section_bar == song->section_bars - 1;
}

static struct voice *
voice_free_one(struct song *song)
{
    struct voice *oldest = &song->voice[0];

    for (int i = 0; i < SONG_VOICES; i++) {
        if (!song->voice[i].patch)
            return &song->voice[i];
        if (song->voice[i].age_frames > oldest->age_frames)
            oldest = &song->voice[i];
    }
    return oldest;
}

void
song_speak(struct song *song, int patch, float note, float steps, float velocity, float late, int from_vowel, int to_vowel)
{
    float wait_s = late * song->step_s + song->humanise_s * random_unit(&song->random);
    unsigned vowels = (unsigned)from_vowel | (unsigned)to_vowel << 4;

    if (song->step % 2)
        wait_s += song->swing * song->step_s;
    voice_start(voice_free_one(song), &song->patch[patch], (uint32_t)(fmaxf(wait_s, 0.0f) * song->rate), note, steps * song->step_s,
                velocity, vowels, &song->random, song->rate);
}

void
song_play(struct song *song, int patch, float note, float steps, float velocity, float late)
{
    song_speak(song, patch, note, steps, velocity, late, 0, 0);
}

static void
clock_advance(struct song *song)
{
    int per_bar = song->style->steps_per_bar;

    if (song->tick + 1 >= song->bars * per_bar) {
        song->next_step_frame = song->frames_total;
        return;
    }
    song->tick++;
    song->bar = song->tick / per_bar;
    song->step = song->tick % per_bar;
    section_find(song);
    song->style->step(song);
    song->next_step_frame = (uint64_t)((double)(song->tick + 1) * (15.0 / (double)song->bpm) * (double)song->rate);
}

struct mix {
    float dry[2][DSP_CHUNK], reverb[2][DSP_CHUNK], delay[2][DSP_CHUNK], duck[DSP_CHUNK];
};

static void
duck_render(struct song *song, struct mix *mix, int frames)
{
    uint32_t at = UINT32_MAX;

    for (int i = 0; i < SONG_VOICES; i++) {
        struct voice *voice = &song->voice[i];

        if (voice->patch && voice->patch->triggers_duck && voice->age_frames == 0 && voice->wait_frames < (uint32_t)frames)
            at = voice->wait_frames;
    }
    for (int i = 0; i < frames; i++) {
        if (at != UINT32_MAX && (uint32_t)i == at)
            song->pending_kick = true;
        if (song->pending_kick) {
            song->duck = fminf(1.0f, song->duck + 0.02f);
            song->pending_kick = song->duck < 1.0f;
        } else {
            song->duck *= song->duck_factor;
        }
        mix->duck[i] = song->duck;
    }
}

static void
voice_mix(struct song *song, struct voice *voice, struct mix *mix, int frames)
{
    const struct patch *patch = voice->patch;
    float left[DSP_CHUNK], right[DSP_CHUNK];
    int first = 0;

    if (voice->wait_frames >= (uint32_t)frames) {
        voice->wait_frames -= (uint32_t)frames;
        return;
    }
    first = (int)voice->wait_frames;
    voice->wait_frames = 0;
    voice_render(voice, left, right, frames - first, song->rate);
    for (int i = first; i < frames; i++) {
        float gain = patch->level * (1.0f - patch->duck * mix->duck[i]);
        float l = left[i - first] * gain * voice->pan_left;
        float r = right[i - first] * gain * voice->pan_right;

        mix->dry[0][i] += l;
        mix->dry[1][i] += r;
        mix->reverb[0][i] += l * patch->reverb;
        mix->reverb[1][i] += r * patch->reverb;
        mix->delay[0][i] += l * patch->delay;
        mix->delay[1][i] += r * patch->delay;
    }
}

static void
wow_render(struct song *song, float *left, float *right, int frames)
{
    for (int i = 0; i < frames; i++) {
        int p = song->wow_position;
        float t = song->wow_phase;
        float back = 2.0f + song->wow_s * song->rate * (1.0f + 0.7f * sine_turns(phase_wrap(t)) + 0.3f * sine_turns(phase_wrap(t * 7.0f + 0.3f)));
        int whole = (int)back;
        float share = back - (float)whole;

        song->wow_line[0][p] = left[i];
        song->wow_line[1][p] = right[i];
        left[i] = mixf(song->wow_line[0][(p - whole) & 2047], song->wow_line[0][(p - whole - 1) & 2047], share);
        right[i] = mixf(song->wow_line[1][(p - whole) & 2047], song->wow_line[1][(p - whole - 1) & 2047], share);
        song->wow_position = (p + 1) & 2047;
        song->wow_phase = phase_wrap(song->wow_phase + 0.45f / song->rate);
    }
}

static void
master_filters(struct song *song, float *left, float *right, int frames)
{
    float share = 1.0f - expf(-(float)frames / (song->sweep_s * song->rate));
    float low = song->low_pass_hz > 0.0f ? song->low_pass_hz : 20000.0f;
    float high = song->high_pass_hz > 0.0f ? song->high_pass_hz : 20.0f;

    song->low_pass_now *= powf(low / song->low_pass_now, share);
    song->high_pass_now *= powf(high / song->high_pass_now, share);
    for (int side = 0; side < 2; side++) {
        float *out = side ? right : left;

        filter_set(&song->low_pass[side], song->low_pass_now, 0.8f, song->rate);
        filter_set(&song->high_pass[side], song->high_pass_now, 0.7f, song->rate);
        if (song->low_pass_now < 17000.0f)
            for (int i = 0; i < frames; i++)
                out[i] = filter_run(&song->low_pass[side], out[i]).low;
        if (song->high_pass_now > 25.0f)
            for (int i = 0; i < frames; i++)
                out[i] = filter_run(&song->high_pass[side], out[i]).high;
        for (int i = 0; i < frames; i++)
            out[i] = filter_run(&song->rumble[side], out[i]).high;
    }
}

static float
fade_at(const struct song *song, uint64_t frame)
{
    float left_s = (float)(song->frames_total - frame) / song->rate;
    float in = fminf(1.0f, (float)frame / (0.004f * song->rate));
    float out = fminf(1.0f, left_s / song->style->fade_s);

    return in * out * out * (3.0f - 2.0f * out);
}

int
song_render(struct song *song, float *left, float *right)
{
    uint64_t rest = song->frames_total - song->frame;
    int frames = rest < DSP_CHUNK ? (int)rest : DSP_CHUNK;
    struct mix mix;

    if (frames == 0)
        return 0;
    while (song->frame >= song->next_step_frame && song->next_step_frame < song->frames_total)
        clock_advance(song);
    if (song->next_step_frame - song->frame < (uint64_t)frames && song->next_step_frame > song->frame)
        frames = (int)(song->next_step_frame - song->frame);

    memset(&mix, 0, sizeof mix);
    duck_render(song, &mix, frames);
    for (int i = 0; i < SONG_VOICES; i++)
        if (song->voice[i].patch)
            voice_mix(song, &song->voice[i], &mix, frames);
    delay_run(&song->delay, mix.delay[0], mix.delay[1], frames);
    for (int i = 0; i < frames; i++) {
        mix.reverb[0][i] += 0.25f * mix.delay[0][i];
        mix.reverb[1][i] += 0.25f * mix.delay[1][i];
    }
    reverb_run(&song->reverb, mix.reverb[0], mix.reverb[1], frames);
    for (int i = 0; i < frames; i++) {
        left[i] = mix.dry[0][i] + mix.delay[0][i] + mix.reverb[0][i];
        right[i] = mix.dry[1][i] + mix.delay[1][i] + mix.reverb[1][i];
    }
    if (song->wow_s > 0.0f)
        wow_render(song, left, right, frames);
    master_filters(song, left, right, frames);
    for (int i = 0; i < frames; i++) {
        float gain = song->style->gain * fade_at(song, song->frame + (uint64_t)i);

        left[i] *= gain;
        right[i] *= gain;
        if (song->drive > 0.0f) {
            left[i] = soft_clip(left[i] * (1.0f + song->drive)) / (1.0f + 0.4f * song->drive);
            right[i] = soft_clip(right[i] * (1.0f + song->drive)) / (1.0f + 0.4f * song->drive);
        }
    }
    limiter_run(&song->limiter, left, right, frames);
    song->frame += (uint64_t)frames;
    return frames;
}
