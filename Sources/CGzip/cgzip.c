#include "cgzip.h"

#include <string.h>
#include <zlib.h>

enum { gzip_window_bits = 15 + 16, any_window_bits = 15 + 32 };

size_t cgzip_gzip_bound(size_t length) { return compressBound(length) + 32; }

size_t cgzip_gzip(const uint8_t *source, size_t length, uint8_t *target, size_t capacity, int level) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) return 0;
  stream.next_in = (Bytef *)source;
  stream.avail_in = (uInt)length;
  stream.next_out = target;
  stream.avail_out = (uInt)capacity;
  int result = deflate(&stream, Z_FINISH);
  size_t written = stream.total_out;
  deflateEnd(&stream);
  return result == Z_STREAM_END ? written : 0;
}

size_t cgzip_gzip_zeros(uint64_t count, uint8_t *target, size_t capacity) {
  static const uint8_t zeros[65536];
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (deflateInit2(&stream, 9, Z_DEFLATED, gzip_window_bits, 9, Z_DEFAULT_STRATEGY) != Z_OK) return 0;
  stream.next_out = target;
  stream.avail_out = (uInt)capacity;
  int result = Z_OK;
  while (result == Z_OK) {
    if (stream.avail_in == 0 && count > 0) {
      uInt step = count < sizeof zeros ? (uInt)count : (uInt)sizeof zeros;
      stream.next_in = (Bytef *)zeros;
      stream.avail_in = step;
      count -= step;
    }
    result = deflate(&stream, count == 0 ? Z_FINISH : Z_NO_FLUSH);
  }
  size_t written = stream.total_out;
  deflateEnd(&stream);
  return result == Z_STREAM_END ? written : 0;
}

ptrdiff_t cgzip_gunzip(const uint8_t *source, size_t length, uint8_t *target, size_t capacity) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (inflateInit2(&stream, any_window_bits) != Z_OK) return -1;
  stream.next_in = (Bytef *)source;
  stream.avail_in = (uInt)length;
  stream.next_out = target;
  stream.avail_out = (uInt)capacity;
  int result = inflate(&stream, Z_FINISH);
  ptrdiff_t written = (ptrdiff_t)stream.total_out;
  inflateEnd(&stream);
  return result == Z_STREAM_END ? written : -1;
}

ptrdiff_t cgzip_gunzip_member(
    const uint8_t *source, size_t length, size_t *consumed, uint8_t *target, size_t capacity) {
  *consumed = 0;
  if (length > UINT32_MAX || capacity > UINT32_MAX) return -2;
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (inflateInit2(&stream, any_window_bits) != Z_OK) return -1;
  stream.next_in = (Bytef *)source;
  stream.avail_in = (uInt)length;
  stream.next_out = target;
  stream.avail_out = (uInt)capacity;
  int result = inflate(&stream, Z_FINISH);
  ptrdiff_t written = (ptrdiff_t)stream.total_out;
  size_t left = stream.avail_in;
  int is_full = stream.avail_out == 0;
  inflateEnd(&stream);
  if (result == Z_STREAM_END) {
    *consumed = length - left;
    return written;
  }
  return (result == Z_OK || result == Z_BUF_ERROR) && is_full ? -2 : -1;
}
