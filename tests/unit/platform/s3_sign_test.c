/* Signatures that AWS published: of its test suite for Signature Version 4 ("service"), and of the examples in the documentation of S3. */
#include "../base/test.h"

#include <stdio.h>

#include "platform/storage/s3_sign.h"

static const struct s3_credentials suite = {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "service"};
static const struct s3_credentials documented = {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1", "s3"};

#define SUITE_TIME "20150830T123600Z"
#define DOCUMENTED_TIME "20130524T000000Z"
#define DOCUMENTED_HOST "examplebucket.s3.amazonaws.com"

static const char *
signature_of(const struct s3_credentials *who, const struct s3_form *form)
{
    static char signature[SHA256_HEX];
    scoped_buf out = BUF_INIT(4096);

    s3_authorize(who, form, &out);
    assert_false(out.failed);
    snprintf(signature, sizeof signature, "%s", strstr(out.ptr, "Signature=") + strlen("Signature="));
    return signature;
}

static void
the_test_suite_of_aws(void **state)
{
    const struct s3_pair headers[] = {{"host", "example.amazonaws.com"}, {"x-amz-date", SUITE_TIME}};
    const struct s3_pair order[] = {{"Param2", "value2"}, {"Param1", "value1"}};
    struct s3_form form = {.method = "GET", .path = "/", .headers = headers, .header_count = 2, .payload_sha256 = S3_EMPTY_SHA256, .time = SUITE_TIME};
    scoped_buf out = BUF_INIT(4096);

    (void)state;
    s3_authorize(&suite, &form, &out); /* get-vanilla, whole */
    assert_string_equal(out.ptr, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, "
                                 "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    form.query = order; /* get-vanilla-query-order-key-case */
    form.query_count = 2;
    assert_string_equal(signature_of(&suite, &form), "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
    form.query_count = 0; /* post-vanilla */
    form.method = "POST";
    assert_string_equal(signature_of(&suite, &form), "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
}

static void
the_examples_of_s3(void **state)
{
    const struct s3_pair range[] = {{"host", DOCUMENTED_HOST}, {"range", "bytes=0-9"}, {"x-amz-content-sha256", S3_EMPTY_SHA256}, {"x-amz-date", DOCUMENTED_TIME}};
    const struct s3_pair plain[] = {{"host", DOCUMENTED_HOST}, {"x-amz-content-sha256", S3_EMPTY_SHA256}, {"x-amz-date", DOCUMENTED_TIME}};
    const struct s3_pair lifecycle[] = {{"lifecycle", ""}}, list[] = {{"prefix", "J"}, {"max-keys", "2"}};
    struct s3_form form = {.method = "GET", .path = "/test.txt", .headers = range, .header_count = 4, .payload_sha256 = S3_EMPTY_SHA256, .time = DOCUMENTED_TIME};

    (void)state;
    assert_string_equal(signature_of(&documented, &form), "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    form = (struct s3_form){.method = "GET", .path = "/", .query = lifecycle, .query_count = 1, .headers = plain, .header_count = 3,
                            .payload_sha256 = S3_EMPTY_SHA256, .time = DOCUMENTED_TIME};
    assert_string_equal(signature_of(&documented, &form), "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    form.query = list;
    form.query_count = 2;
    assert_string_equal(signature_of(&documented, &form), "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

static void
the_example_of_a_put(void **state)
{
    static const char hash[] = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"; /* of "Welcome to Amazon S3." */
    const struct s3_pair headers[] = {{"date", "Fri, 24 May 2013 00:00:00 GMT"}, {"host", DOCUMENTED_HOST}, {"x-amz-content-sha256", hash},
                                      {"x-amz-date", DOCUMENTED_TIME}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
    const struct s3_form form = {.method = "PUT", .path = "/test%24file.text", .headers = headers, .header_count = 5, .payload_sha256 = hash, .time = DOCUMENTED_TIME};
    char own[SHA256_HEX];

    (void)state;
    sha256_hex(STR("Welcome to Amazon S3."), own);
    assert_string_equal(own, hash);
    assert_string_equal(signature_of(&documented, &form), "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

static void
the_example_of_a_presigned_link(void **state)
{
    const struct s3_pair host[] = {{"host", DOCUMENTED_HOST}};
    const struct s3_form form = {.method = "GET", .path = "/test.txt", .headers = host, .header_count = 1, .time = DOCUMENTED_TIME};
    scoped_buf out = BUF_INIT(4096);

    (void)state;
    s3_presign(&documented, &form, 86400, &out);
    assert_string_equal(out.ptr, "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&"
                                 "X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&"
                                 "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

static void
a_moment_is_written_in_utc(void **state)
{
    char text[S3_TIME_TEXT];

    (void)state;
    s3_time(1369353600, text);
    assert_string_equal(text, DOCUMENTED_TIME);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_test_suite_of_aws),
        cmocka_unit_test(the_examples_of_s3),
        cmocka_unit_test(the_example_of_a_put),
        cmocka_unit_test(the_example_of_a_presigned_link),
        cmocka_unit_test(a_moment_is_written_in_utc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
