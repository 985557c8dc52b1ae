#pragma once

#include <stdint.h>

// This target defines fsync and fdatasync for the whole test process: libsqlite3's calls come here, are counted and
// passed on. It is how a test knows that a durable commit reaches the disk.

/// Counts from 0 the calls of fsync and fdatasync on the file with this absolute path (at most 1,023 bytes).
void lantian_watch_syncs(const char *path);

/// Calls since `lantian_watch_syncs`.
uint64_t lantian_watched_syncs(void);
