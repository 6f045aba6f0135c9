/* reason.h - why a media job did not work: stable codes, and sentences for people. */
#ifndef VEZA_MEDIA_REASON_H
#define VEZA_MEDIA_REASON_H

/* Functions of the worker return 0 or one of these. */
enum media_reason {
    MEDIA_E_NOT_AUDIO = -1,
    MEDIA_E_EMPTY_FILE = -2,
    MEDIA_E_TRUNCATED = -3,
    MEDIA_E_NO_AUDIO_STREAM = -4,
    MEDIA_E_TOO_LONG = -5,
    MEDIA_E_UNSUPPORTED_CODEC = -6,
    MEDIA_E_CORRUPT = -7,
    MEDIA_E_TOO_MANY_CHANNELS = -8,
    MEDIA_E_SAMPLE_RATE = -9,
    MEDIA_E_TOO_SHORT = -10,
    MEDIA_E_IMAGE_UNREADABLE = -11,
    MEDIA_E_IMAGE_TOO_LARGE = -12,
    MEDIA_E_OUT_OF_MEMORY = -13,
    MEDIA_E_READ_FAILED = -14,
    MEDIA_E_INTERNAL = -15,
};

/* The stable code, such as "not_audio". Never NULL. */
const char *media_reason_code(int reason);

/* One English sentence for the person who uploaded the file. Never NULL. */
const char *media_reason_message(int reason);

#endif
