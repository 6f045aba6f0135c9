/* The folder as a store: whole files or none, and nothing outside of it. */
#include "../base/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disk_store.h"
#include "platform/storage/driver.h"
#include "platform/storage/staged.h"

static int
put(const char *key, const char *text)
{
    struct storage_writer *writer;
    int error = storage_begin(storage, key, &writer);

    if (error)
        return error;
    assert_int_equal(storage_write(writer, text, strlen(text)), 0);
    return storage_commit(writer);
}

/* The file's text, or NULL. */
static const char *
get(const char *key)
{
    static char text[256];
    struct source *source;

    if (storage_open(storage, key, &source))
        return NULL;
    assert_true(source_size(source) < sizeof text);
    assert_true(source_read_all(source, text));
    text[source_size(source)] = 0;
    source_unref(source);
    return text;
}

static int
open_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int count = 0;

    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static void
what_is_written_can_be_read(void **state)
{
    (void)state;
    assert_int_equal(put("hls/a1/low/segment_000.m4s", "music"), 0);
    assert_string_equal(get("hls/a1/low/segment_000.m4s"), "music");
    assert_int_equal(storage_sync(storage), 0);
    assert_int_equal(put("hls/a1/low/segment_000.m4s", "other music"), 0);
    assert_string_equal(get("hls/a1/low/segment_000.m4s"), "other music");
    assert_null(get("hls/a1/low/segment_001.m4s"));
}

static void
a_file_that_is_not_committed_does_not_exist(void **state)
{
    struct storage_writer *writer;

    (void)state;
    assert_int_equal(storage_begin(storage, "covers/x/600.webp", &writer), 0);
    assert_int_equal(storage_write(writer, "half", 4), 0);
    assert_null(get("covers/x/600.webp"));
    storage_abort(writer);
    assert_null(get("covers/x/600.webp"));
}

static void
what_is_in_scratch_is_kept_without_a_copy(void **state)
{
    struct source *before, *after;
    struct scratch *scratch;
    struct stat one, two;

    (void)state;
    assert_int_equal(storage_scratch(storage, &scratch), 0);
    assert_int_equal(scratch_write(scratch, "sound", 5), 0);
    before = scratch_source(scratch);
    assert_int_equal(storage_keep(storage, "originals/one", scratch), 0);
    scratch_free(scratch);
    assert_int_equal(storage_open(storage, "originals/one", &after), 0);
    assert_int_equal(source_size(after), 5);
    assert_int_equal(fstat(before->fd, &one), 0);
    assert_int_equal(fstat(after->fd, &two), 0);
    assert_int_equal(one.st_ino, two.st_ino);
    source_unref(before);
    source_unref(after);
}

/* What `reader` gives, in pieces of two bytes. */
static const char *
read_pieces(struct source *source, uint64_t offset, uint64_t limit)
{
    static char text[64];
    struct source_reader reader = source_reader(source, offset, limit);
    size_t len = 0;
    ssize_t n;

    while ((n = source_read(&reader, text + len, 2)) > 0)
        len += (size_t)n;
    source_read_end(&reader);
    text[len] = 0;
    return n == 0 ? text : NULL;
}

static void
a_reader_stays_within_its_offset_and_limit(void **state)
{
    struct source *source;

    (void)state;
    assert_int_equal(put("originals/abc", "abcdefg"), 0);
    assert_int_equal(storage_open(storage, "originals/abc", &source), 0);
    assert_string_equal(read_pieces(source, 0, UINT64_MAX), "abcdefg");
    assert_string_equal(read_pieces(source, 2, 3), "cde");
    assert_string_equal(read_pieces(source, 5, 100), "fg");
    assert_string_equal(read_pieces(source, 7, 1), "");
    assert_string_equal(read_pieces(source, UINT64_MAX, UINT64_MAX), "");
    assert_string_equal(read_pieces(source, 3, 0), "");
    source_unref(source);
}

static void
a_thread_that_must_not_wait_opens_what_the_kernel_has_in_memory(void **state)
{
    struct source *source;

    (void)state;
    assert_int_equal(put("originals/known", "music"), 0);
    assert_string_equal(get("originals/known"), "music");
    assert_int_equal(storage_open_quick(storage, "originals/known", &source), 0);
    assert_string_equal(read_pieces(source, 0, UINT64_MAX), "music");
    source_unref(source);
    assert_int_equal(storage_open_quick(storage, "originals/unknown", &source), STORAGE_WAITS);
    assert_int_equal(storage_open_quick(storage, "originals", &source), STORAGE_NOT_FOUND);
    assert_int_equal(storage_open_quick(storage, "../known", &source), STORAGE_BAD_KEY);
}

static void
a_source_outlives_its_file(void **state)
{
    struct source *source;
    char text[8] = "";

    (void)state;
    assert_int_equal(put("originals/short-lived", "music"), 0);
    assert_int_equal(storage_open(storage, "originals/short-lived", &source), 0);
    assert_int_equal(storage_delete(storage, "originals/short-lived"), 0);
    assert_true(source_read_all(source, text));
    assert_string_equal(text, "music");
    source_unref(source);
}

static void
no_descriptor_is_left(void **state)
{
    int before = open_descriptors();
    struct storage_writer *writer;
    struct source *source, *again;
    struct scratch *scratch;

    (void)state;
    for (int i = 0; i < 20; i++) {
        assert_int_equal(put("covers/leak/600.webp", "picture"), 0);
        assert_int_equal(storage_begin(storage, "covers/leak/300.webp", &writer), 0);
        storage_abort(writer);
        assert_int_equal(storage_scratch(storage, &scratch), 0);
        assert_int_equal(storage_keep(storage, "originals/leak", scratch), 0);
        again = scratch_source(scratch);
        scratch_free(scratch);
        assert_int_equal(storage_open_local(storage, "covers/leak/600.webp", &source), 0);
        assert_int_equal(storage_open(storage, "covers/leak/nothing", &source), STORAGE_NOT_FOUND);
        assert_int_equal(storage_open(storage, "covers/leak", &again), STORAGE_NOT_FOUND);
        source_unref(source);
        source_unref(again);
        assert_int_equal(storage_tidy(storage), 0);
    }
    assert_int_equal(open_descriptors(), before);
}

/* A killed process leaves what it kept and nothing else, named or not. */
static void
kill_leaves_only_whole_files(void **state)
{
    char find[160];
    int pipe_ends[2], status;
    char ready;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(pipe_ends), 0);
    pid = fork();
    if (pid == 0) {
        struct storage_writer *writer;
        struct scratch *scratch;

        if (storage_scratch(storage, &scratch) || scratch_write(scratch, "kept", 4) || storage_keep(storage, "originals/kept", scratch) ||
            storage_begin(storage, "originals/half", &writer) || storage_write(writer, "half", 4) || write(pipe_ends[1], "r", 1) != 1)
            _exit(1);
        pause();
    }
    assert_int_equal(read(pipe_ends[0], &ready, 1), 1);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_string_equal(get("originals/kept"), "kept");
    assert_null(get("originals/half"));
    snprintf(find, sizeof find, "%s/tmp", store_root);
    assert_int_equal(rmdir(find), 0); /* empty */
    assert_int_equal(mkdir(find, 0700), 0);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}

/* A file that replaces another has a name of its own for a moment, and keeps it when the process is killed just then. */
static void
what_a_killed_process_left_is_tidied_up(void **state)
{
    struct timespec past[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    char name[160];
    int fd;

    (void)state;
    snprintf(name, sizeof name, "%s/tmp/0123456789abcdef", store_root);
    fd = open(name, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(utimensat(AT_FDCWD, name, past, 0), 0); /* changes its times, but not when it got its name */
    assert_int_equal(storage_tidy(storage), 0);
    assert_int_equal(access(name, F_OK), 0); /* somebody may be about to rename it */
    storage_left_after_s = -1;
    assert_int_equal(storage_tidy(storage), 0);
    storage_left_after_s = 60;
    assert_int_not_equal(access(name, F_OK), 0);
}

#define STAGED_ID "0b7c1d52-8f7a-4f3c-9a58-1f8f0b1f7a11"

static void
a_staged_file_outlives_its_process_and_has_one_writer(void **state)
{
    struct staged_state seen;
    struct scratch *file, *other, *more;

    (void)state;
    assert_false(staged_look(storage, STAGED_ID, &seen));
    assert_int_equal(staged_open(storage, STAGED_ID, &file), 0);
    assert_true(staged_lock(file));
    assert_int_equal(staged_write(file, 0, "he", 2), 0);
    assert_int_equal(staged_open(storage, STAGED_ID, &other), 0);
    assert_false(staged_lock(other));
    scratch_free(file); /* as when its process is killed */
    assert_true(staged_lock(other));
    assert_int_equal(staged_size(other), 2);
    assert_int_equal(storage_scratch(storage, &more), 0);
    assert_int_equal(scratch_write(more, "llo", 3), 0);
    assert_int_equal(staged_copy(other, 2, more), 0);
    assert_int_equal(staged_sync(other), 0);
    assert_true(staged_look(storage, STAGED_ID, &seen) && seen.size == 5);
    assert_int_equal(staged_size(other), 5);
    assert_int_equal(storage_keep(storage, "originals/staged", other), 0);
    assert_int_equal(staged_delete(storage, STAGED_ID), 0);
    assert_int_equal(staged_delete(storage, STAGED_ID), 0);
    assert_string_equal(get("originals/staged"), "hello");
    assert_int_equal(storage_delete(storage, "originals/staged"), 0);
    scratch_free(other);
    scratch_free(more);
}

static void
a_staged_file_that_was_deleted_meanwhile_cannot_be_locked(void **state)
{
    struct scratch *file;

    (void)state;
    assert_int_equal(staged_open(storage, STAGED_ID, &file), 0);
    assert_int_equal(staged_delete(storage, STAGED_ID), 0);
    assert_false(staged_lock(file));
    scratch_free(file);
    assert_int_equal(staged_open(storage, "../originals/x", &file), STORAGE_BAD_KEY);
    assert_int_equal(staged_delete(storage, ""), STORAGE_BAD_KEY);
    assert_true(storage_free_bytes(storage) > 0);
}

static void
keys_that_could_lead_elsewhere_are_refused(void **state)
{
    static const char *const bad[] = {"", "/", "/etc/passwd", "a/", "a//b", "../x", "a/../b", "a/..", ".", "..", "a/.hidden", "-a", "a/-b",
                                      "A", "a b", "a\nb", "a\\b", "a%2e", "\xc3\xa9", "tmp/x", "tmp", "staged/x", "staged", "a/b/c/d/e/f/g/h/i", NULL};
    struct storage_writer *writer;
    char longest[STORAGE_KEY_MAX + 2];
    struct source *source;

    (void)state;
    for (size_t i = 0; bad[i]; i++) {
        assert_false(storage_key_valid(bad[i]));
        assert_int_equal(storage_open(storage, bad[i], &source), STORAGE_BAD_KEY);
        assert_int_equal(storage_begin(storage, bad[i], &writer), STORAGE_BAD_KEY);
        assert_int_equal(storage_keep(storage, bad[i], NULL), STORAGE_BAD_KEY);
        assert_int_equal(storage_delete(storage, bad[i]), STORAGE_BAD_KEY);
        assert_int_equal(storage_delete_prefix(storage, bad[i]), STORAGE_BAD_KEY);
    }
    assert_false(storage_key_valid(NULL));
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    assert_false(storage_key_valid(longest));
    longest[STORAGE_KEY_MAX] = 0;
    assert_true(storage_key_valid(longest));
    assert_true(storage_key_valid("hls/0b7c1d52-8f7a-4f3c-9a58-1f8f0b1f7a11/low/segment_000.m4s"));
}

static void
links_are_not_followed(void **state)
{
    struct source *source;
    char path[160];

    (void)state;
    assert_int_equal(put("covers/x/600.webp", "picture"), 0);
    snprintf(path, sizeof path, "%s/covers/evil", store_root);
    assert_int_equal(symlink("/etc", path), 0);
    assert_int_equal(storage_open(storage, "covers/evil/passwd", &source), STORAGE_NOT_FOUND);
    assert_int_not_equal(put("covers/evil/passwd", "x"), 0);
    snprintf(path, sizeof path, "%s/covers/x/link", store_root);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_equal(storage_open(storage, "covers/x/link", &source), STORAGE_NOT_FOUND);
    assert_int_equal(storage_open(storage, "covers/x", &source), STORAGE_NOT_FOUND); /* a folder is not a file */
    assert_int_equal(storage_delete_prefix(storage, "covers/x"), 0);
    assert_int_equal(access("/etc/passwd", F_OK), 0);
}

static void
deleting_takes_what_is_below_and_nothing_else(void **state)
{
    (void)state;
    put("hls/a/master.m3u8", "1");
    put("hls/a/low/init.mp4", "2");
    put("hls/a/low/segment_000.m4s", "3");
    put("hls/ab/master.m3u8", "4");
    assert_int_equal(storage_delete(storage, "hls/a/low/init.mp4"), 0);
    assert_null(get("hls/a/low/init.mp4"));
    assert_int_equal(storage_delete(storage, "hls/a/low/init.mp4"), 0);
    assert_int_equal(storage_delete_prefix(storage, "hls/a"), 0);
    assert_null(get("hls/a/master.m3u8"));
    assert_null(get("hls/a/low/segment_000.m4s"));
    assert_string_equal(get("hls/ab/master.m3u8"), "4");
    assert_int_equal(storage_delete_prefix(storage, "hls/a"), 0);
    assert_int_equal(storage_delete_prefix(storage, "nothing/here"), 0);
}

static void
a_folder_that_cannot_be_used_is_named(void **state)
{
    char error[256];

    (void)state;
    assert_null(storage_open_disk("/proc/veza", error, sizeof error));
    assert_non_null(strstr(error, "/proc/veza"));
}

static bool
is_there(const char *below)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", store_root, below);
    return access(path, F_OK) == 0;
}

static void
what_is_deleted_during_a_backup_is_set_aside_until_it_ends(void **state)
{
    char error[256] = "";
    int hold, second;

    (void)state;
    assert_int_equal(put("pictures/p1/a/x", "x"), 0);
    assert_int_equal(put("pictures/p1/b/y", "y"), 0);
    assert_int_equal(put("originals/o", "o"), 0);
    assert_true(storage_hold_deletions(store_root, &hold, error, sizeof error));
    assert_int_equal(storage_delete_prefix(storage, "pictures/p1/a"), 0);
    assert_int_equal(storage_delete_prefix(storage, "pictures/p1"), 0); /* into the folder that is set aside already */
    assert_int_equal(storage_delete(storage, "originals/o"), 0);
    assert_int_equal(storage_delete(storage, "originals/never"), 0);
    assert_false(is_there("pictures/p1") || is_there("originals/o"));
    assert_int_equal(storage_tidy(storage), 0);
    assert_true(is_there(".deleted/pictures/p1/a/x") && is_there(".deleted/pictures/p1/b/y") && is_there(".deleted/originals/o"));
    assert_false(storage_hold_deletions(store_root, &second, error, sizeof error));
    assert_non_null(strstr(error, "another backup"));
    close(hold);
    assert_int_equal(storage_tidy(storage), 0);
    assert_false(is_there(".deleted/pictures") || is_there(".deleted/originals"));
    assert_int_equal(put("originals/o", "o"), 0);
    assert_int_equal(storage_delete(storage, "originals/o"), 0);
    assert_false(is_there("originals/o") || is_there(".deleted/originals/o"));
}

static bool
count_songs(void *context, const struct storage_entry *entry)
{
    *(int *)context += strncmp(entry->key, "songs/", 6) == 0;
    return true;
}

static void
a_folder_that_cannot_be_looked_into_does_not_pass_for_an_empty_one(void **state)
{
    struct rlimit before, few;
    int songs = 0, error, next = dup(STDIN_FILENO);

    (void)state;
    close(next);
    assert_int_equal(put("songs/a/b/one", "1"), 0);
    assert_int_equal(put("songs/a/two", "22"), 0);
    assert_int_equal(storage_each(storage, count_songs, &songs), 0);
    assert_int_equal(songs, 2);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = (rlim_t)next + 2; /* for the root and "songs", and not for "songs/a" */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    error = storage_each(storage, count_songs, &songs);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(error, STORAGE_FAILED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_can_be_read),
        cmocka_unit_test(a_file_that_is_not_committed_does_not_exist),
        cmocka_unit_test(what_is_in_scratch_is_kept_without_a_copy),
        cmocka_unit_test(a_reader_stays_within_its_offset_and_limit),
        cmocka_unit_test(a_thread_that_must_not_wait_opens_what_the_kernel_has_in_memory),
        cmocka_unit_test(a_source_outlives_its_file),
        cmocka_unit_test(no_descriptor_is_left),
        cmocka_unit_test(what_a_killed_process_left_is_tidied_up),
        cmocka_unit_test(kill_leaves_only_whole_files),
        cmocka_unit_test(a_staged_file_outlives_its_process_and_has_one_writer),
        cmocka_unit_test(a_staged_file_that_was_deleted_meanwhile_cannot_be_locked),
        cmocka_unit_test(keys_that_could_lead_elsewhere_are_refused),
        cmocka_unit_test(links_are_not_followed),
        cmocka_unit_test(deleting_takes_what_is_below_and_nothing_else),
        cmocka_unit_test(what_is_deleted_during_a_backup_is_set_aside_until_it_ends),
        cmocka_unit_test(a_folder_that_cannot_be_used_is_named),
        cmocka_unit_test(a_folder_that_cannot_be_looked_into_does_not_pass_for_an_empty_one),
    };

    return cmocka_run_group_tests(tests, open_store, close_store);
}
