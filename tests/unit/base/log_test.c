#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"

static char written[4096];

/* Runs `write` with standard error caught in `written`. */
static void
catch_log(void (*write_lines)(void))
{
    int saved = dup(STDERR_FILENO), ends[2];
    ssize_t n;

    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    write_lines();
    dup2(saved, STDERR_FILENO);
    close(ends[1]);
    close(saved);
    n = read(ends[0], written, sizeof written - 1);
    close(ends[0]);
    written[n < 0 ? 0 : n] = 0;
}

static void
write_hostile(void)
{
    log_info("login", LOG_TEXT("user", "eve\n12:00 ERROR forged\x1b[2J\"}"), LOG_INT("status", 401), LOG_TEXT("nothing", NULL));
}

static void
a_value_cannot_start_a_line_of_its_own(void **state)
{
    (void)state;
    log_setup(LOG_LEVEL_INFO, false);
    catch_log(write_hostile);
    assert_ptr_equal(strchr(written, '\n'), written + strlen(written) - 1);
    assert_null(strchr(written, '\x1b'));
    assert_non_null(strstr(written, "status=401"));
    assert_non_null(strstr(written, "nothing=\"\""));
}

static void
write_with_request(void)
{
    log_request_id("req-1");
    write_hostile();
    log_request_id(NULL);
}

static void
a_json_line_carries_the_request_id(void **state)
{
    (void)state;
    log_setup(LOG_LEVEL_INFO, true);
    catch_log(write_with_request);
    assert_int_equal(written[0], '{');
    assert_non_null(strstr(written, "\"request_id\":\"req-1\""));
    assert_non_null(strstr(written, "\"status\":401"));
    assert_non_null(strstr(written, "forged\\u001b[2J\\\"}"));
}

static void
write_debug(void)
{
    log_debug("quiet");
}

static void
lines_below_the_level_are_not_written(void **state)
{
    (void)state;
    log_setup(LOG_LEVEL_WARN, false);
    catch_log(write_debug);
    assert_string_equal(written, "");
}

static void
write_one_error(void)
{
    log_error("broken");
}

static void
an_error_tells_where_it_comes_from_at_the_level_debug_alone(void **state)
{
    (void)state;
    log_setup(LOG_LEVEL_INFO, false);
    catch_log(write_one_error);
    assert_null(strstr(written, "stack="));
    log_setup(LOG_LEVEL_DEBUG, false);
    catch_log(write_one_error);
    assert_non_null(strstr(written, "stack=\""));
    assert_non_null(strstr(written, " < "));
}

static int errors_seen;

static void
on_error(const char *message, const struct log_field *fields, unsigned count)
{
    assert_string_equal(message, "broken");
    assert_int_equal(count, 1);
    assert_string_equal(fields[0].text, "disk");
    errors_seen++;
    log_error("inside the hook"); /* must not call the hook again */
}

static void
write_error(void)
{
    log_error("broken", LOG_TEXT("part", "disk"));
    log_warn("not an error");
}

static void
errors_reach_the_hook_once(void **state)
{
    (void)state;
    log_on_error(on_error);
    catch_log(write_error);
    log_on_error(NULL);
    assert_int_equal(errors_seen, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_cannot_start_a_line_of_its_own),
        cmocka_unit_test(a_json_line_carries_the_request_id),
        cmocka_unit_test(lines_below_the_level_are_not_written),
        cmocka_unit_test(an_error_tells_where_it_comes_from_at_the_level_debug_alone),
        cmocka_unit_test(errors_reach_the_hook_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
