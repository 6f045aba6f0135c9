/* frame_queue.c - wakes the other side only at the edges, so that two threads on two cores seldom meet in the kernel. */
#include "frame_queue.h"

#include "reason.h"

#include <string.h>

void
frame_queue_init(struct frame_queue *queue)
{
    memset(queue, 0, sizeof *queue);
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->readable, NULL);
    pthread_cond_init(&queue->writable, NULL);
}

void
frame_queue_destroy(struct frame_queue *queue)
{
    while (queue->count > 0) {
        av_frame_free(&queue->frames[queue->first]);
        queue->first = (queue->first + 1) % FRAME_QUEUE_DEPTH;
        queue->count--;
    }
    pthread_cond_destroy(&queue->writable);
    pthread_cond_destroy(&queue->readable);
    pthread_mutex_destroy(&queue->lock);
}

int
frame_queue_push(struct frame_queue *queue, const AVFrame *frame)
{
    AVFrame *copy = av_frame_clone(frame);
    bool aborted;

    if (!copy)
        return MEDIA_E_OUT_OF_MEMORY;
    pthread_mutex_lock(&queue->lock);
    while (queue->count == FRAME_QUEUE_DEPTH && !queue->aborted)
        pthread_cond_wait(&queue->writable, &queue->lock);
    aborted = queue->aborted;
    if (!aborted) {
        queue->frames[(queue->first + queue->count) % FRAME_QUEUE_DEPTH] = copy;
        if (queue->count++ == 0)
            pthread_cond_signal(&queue->readable);
    }
    pthread_mutex_unlock(&queue->lock);
    if (aborted)
        av_frame_free(&copy);
    return aborted ? MEDIA_E_INTERNAL : 0;
}

static void
close_queue(struct frame_queue *queue, bool abort)
{
    pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    queue->aborted |= abort;
    pthread_cond_broadcast(&queue->readable);
    pthread_cond_broadcast(&queue->writable);
    pthread_mutex_unlock(&queue->lock);
}

void
frame_queue_close(struct frame_queue *queue)
{
    close_queue(queue, false);
}

void
frame_queue_abort(struct frame_queue *queue)
{
    close_queue(queue, true);
}

AVFrame *
frame_queue_pop(struct frame_queue *queue)
{
    AVFrame *frame = NULL;

    pthread_mutex_lock(&queue->lock);
    while (queue->count == 0 && !queue->closed)
        pthread_cond_wait(&queue->readable, &queue->lock);
    if (queue->count > 0 && !queue->aborted) {
        frame = queue->frames[queue->first];
        queue->first = (queue->first + 1) % FRAME_QUEUE_DEPTH;
        if (queue->count-- == FRAME_QUEUE_DEPTH / 2)
            pthread_cond_signal(&queue->writable);
    }
    pthread_mutex_unlock(&queue->lock);
    return frame;
}
