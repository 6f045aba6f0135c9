/* frame_queue.h - a bounded queue of audio frames between one producer and one consumer. */
#ifndef VEZA_MEDIA_FRAME_QUEUE_H
#define VEZA_MEDIA_FRAME_QUEUE_H

#include <libavutil/frame.h>
#include <pthread.h>
#include <stdbool.h>

#define FRAME_QUEUE_DEPTH 24

struct frame_queue {
    pthread_mutex_t lock;
    pthread_cond_t readable, writable;
    AVFrame *frames[FRAME_QUEUE_DEPTH];
    unsigned first, count;
    bool closed, aborted;
};

void frame_queue_init(struct frame_queue *queue);
void frame_queue_destroy(struct frame_queue *queue);

/* Adds a reference to `frame`, waiting while the queue is full. Returns 0, MEDIA_E_OUT_OF_MEMORY, or MEDIA_E_INTERNAL when aborted. */
int frame_queue_push(struct frame_queue *queue, const AVFrame *frame);

/* No more frames will come. */
void frame_queue_close(struct frame_queue *queue);

/* Both ends stop at once; what is queued is dropped. */
void frame_queue_abort(struct frame_queue *queue);

/* The next frame, which the caller frees; NULL after the last one, or when aborted. */
AVFrame *frame_queue_pop(struct frame_queue *queue);

#endif
