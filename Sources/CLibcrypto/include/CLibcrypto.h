#pragma once

#include <stddef.h>
#include <stdint.h>

// Why this target exists: OpenSSL's digest context is an incomplete type whose sizes and fetch functions are macros or
// variadic in places; these five functions are all that Lantian uses of libcrypto.

#define LANTIAN_SHA256_LENGTH 32

/// One running SHA-256; NULL when libcrypto cannot give one.
typedef struct lantian_sha256 lantian_sha256;

lantian_sha256 *lantian_sha256_new(void);
/// 1 on success.
int lantian_sha256_update(lantian_sha256 *state, const uint8_t *bytes, size_t count);
/// Writes 32 bytes; 1 on success. The state can only be freed afterwards.
int lantian_sha256_final(lantian_sha256 *state, uint8_t *digest);
void lantian_sha256_free(lantian_sha256 *state);

/// HMAC-SHA256 (RFC 2104): writes 32 bytes; 1 on success.
int lantian_hmac_sha256(
    const uint8_t *key, size_t key_count, const uint8_t *bytes, size_t count, uint8_t *digest);
