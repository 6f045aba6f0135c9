/* Names and numbers of a drawn catalogue: the same for the same seed, different where they must be, and safe to write into a COPY. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "names.h"

#define DRAWN 20000

static bool
is_clean(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c;) {
        int more = *c < 0x80 ? 0 : (*c & 0xe0) == 0xc0 ? 1 : (*c & 0xf0) == 0xe0 ? 2 : (*c & 0xf8) == 0xf0 ? 3 : -1;

        if (more < 0 || *c < 0x20 || *c == '\\')
            return false;
        for (c++; more; more--, c++)
            if ((*c & 0xc0) != 0x80)
                return false;
    }
    return *text;
}

static void
names_are_whole_texts_in_every_script(void **state)
{
    char name[NAME_SIZE];
    unsigned drawn[NAME_SCRIPTS] = {0};

    (void)state;
    for (unsigned i = 0; i < DRAWN; i++) {
        struct draw draw = draw_begin(3, 1, i);
        enum name_script script = name_script(&draw);

        drawn[script]++;
        name_title(&draw, script, name);
        assert_true(is_clean(name) && strlen(name) < NAME_SIZE - 1);
        name_artist(&draw, script, name);
        assert_true(is_clean(name) && strlen(name) <= 100);
        name_playlist(&draw, script, name);
        assert_true(is_clean(name) && strlen(name) <= 190);
        name_sentence(&draw, script, name);
        assert_true(is_clean(name));
    }
    for (unsigned script = 0; script < NAME_SCRIPTS; script++)
        assert_true(drawn[script] > DRAWN / 100);
    assert_true(drawn[NAME_LATIN] > DRAWN / 2);
}

static int
compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void
each_rank_is_a_word_of_its_own_but_for_everyday_ones(void **state)
{
    enum { COUNT = 5200, SIZE = 31 };
    char(*words)[SIZE] = malloc((size_t)COUNT * SIZE);
    unsigned n = 0, twice = 0;

    (void)state;
    assert_non_null(words);
    for (unsigned rank = 0; n < COUNT; rank = rank == 79 ? 3280 : rank + 1) /* as tags are drawn */
        name_plain(rank, words[n++], SIZE);
    qsort(words, COUNT, SIZE, compare);
    for (unsigned i = 1; i < COUNT; i++)
        twice += strcmp(words[i - 1], words[i]) == 0;
    free(words);
    assert_int_equal(twice, 0);
}

static void
ranks_follow_zipf(void **state)
{
    unsigned first = 0, tenth = 0, last = 0;
    struct draw draw = draw_begin(1, 1, 1);

    (void)state;
    for (unsigned i = 0; i < 200000; i++) {
        uint64_t rank = draw_zipf(&draw, 1000, 0.9);

        assert_true(rank < 1000);
        first += rank == 0;
        tenth += rank == 9;
        last += rank >= 500;
    }
    assert_true(first > 5 * tenth && first < 12 * tenth);
    assert_true(last > 10000);
}

static void
ids_depend_on_the_seed_the_kind_and_the_index_alone(void **state)
{
    char one[DRAW_UUID], other[DRAW_UUID];

    (void)state;
    draw_uuid(1, 2, 3, one);
    draw_uuid(1, 2, 3, other);
    assert_string_equal(one, other);
    assert_int_equal(strlen(one), 36);
    assert_int_equal(one[14], '4');
    assert_non_null(strchr("89ab", one[19]));
    draw_uuid(2, 2, 3, other);
    assert_string_not_equal(one, other);
    draw_uuid(1, 3, 3, other);
    assert_string_not_equal(one, other);
    draw_uuid(1, 2, 4, other);
    assert_string_not_equal(one, other);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_whole_texts_in_every_script),
        cmocka_unit_test(each_rank_is_a_word_of_its_own_but_for_everyday_ones),
        cmocka_unit_test(ranks_follow_zipf),
        cmocka_unit_test(ids_depend_on_the_seed_the_kind_and_the_index_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
