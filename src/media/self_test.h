/* self_test.h - does what the sandbox forbids; worker.h lists the modes. */
#ifndef VEZA_MEDIA_SELF_TEST_H
#define VEZA_MEDIA_SELF_TEST_H

/* Returns only when the sandbox failed to hold (0 with a RESULT saying so), or an enum media_reason. */
int self_test_run(const char *mode);

#endif
