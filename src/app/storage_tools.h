/* storage_tools.h - what an operator does with the files of an installation. Both return the process's exit code. */
#pragma once

#include "base/config.h"

/* `veza doctor storage [--mend] [--age SECONDS]`: finds files that no row owns, and rows whose files are not there. With --mend the former are deleted, where
 * they are older than SECONDS (a day), and the latter made again, where that is possible. */
int doctor_storage(const struct config *config, int argc, char **argv);

/* `veza storage move --to s3|disk`: copies all files to where S3_* or VEZA_DATA_DIR says, while Veza runs. Each is read back and compared by SHA-256. What
 * was copied is noted in the data folder, so that the command goes on where it was when it was ended. Nothing is deleted at the source. */
int storage_move(const struct config *config, int argc, char **argv);
