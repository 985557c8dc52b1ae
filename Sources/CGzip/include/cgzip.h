#ifndef CGZIP_H
#define CGZIP_H

#include <stddef.h>
#include <stdint.h>

/// The largest size that `cgzip_gzip` can need for `length` bytes.
size_t cgzip_gzip_bound(size_t length);

/// Writes the gzip form of `source` to `target`; returns its size, 0 when `capacity` is too small or zlib fails.
size_t cgzip_gzip(const uint8_t *source, size_t length, uint8_t *target, size_t capacity, int level);

/// Writes the gzip form of `count` bytes 0, made in steps so that they never stand in memory; 0 on failure.
size_t cgzip_gzip_zeros(uint64_t count, uint8_t *target, size_t capacity);

/// Decodes one gzip member or zlib stream; returns the decoded size, or -1 when it is damaged or exceeds `capacity`.
ptrdiff_t cgzip_gunzip(const uint8_t *source, size_t length, uint8_t *target, size_t capacity);

/// Decodes the gzip member or zlib stream at the start of `source` and says in `consumed` where it ended; returns the
/// decoded size, -1 when it is damaged or cut short, -2 when it exceeds `capacity`.
ptrdiff_t cgzip_gunzip_member(
    const uint8_t *source, size_t length, size_t *consumed, uint8_t *target, size_t capacity);

#endif
