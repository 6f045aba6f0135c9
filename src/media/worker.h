/* worker.h - `veza media-worker MODE [--cpu-s=N] [--memory-mib=N] [--max-duration-s=N] [--rate=N] [--skip-judging=1] [--skip-music=1]`: see worker_protocol.h.
 *
 * MODE is audio, probe, music, stem, image, banner or jpeg; --rate is the sample rate of a stem in Hz.
 *
 * The self-test modes show that the sandbox holds, and are of no other use; each must end with the
 * outcome named: self-test-open, self-test-socket, self-test-exec, self-test-fork (killed by SIGSYS), self-test-loop (SIGXCPU after
 * --cpu-s), self-test-memory (fails with out_of_memory), self-test-crash (SIGSEGV), self-test-babble (breaks the protocol). */
#ifndef VEZA_MEDIA_WORKER_H
#define VEZA_MEDIA_WORKER_H

/* argv[0] is "media-worker" or the program, argv[1] is the mode; main() of the program passes its own argv + 1. */
int media_worker_main(int argc, char **argv);

#endif
