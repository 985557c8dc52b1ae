#include "CLibcrypto.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

lantian_sha256 *lantian_sha256_new(void) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context == NULL) return NULL;
  if (EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1) {
    EVP_MD_CTX_free(context);
    return NULL;
  }
  return (lantian_sha256 *)context;
}

int lantian_sha256_update(lantian_sha256 *state, const uint8_t *bytes, size_t count) {
  return EVP_DigestUpdate((EVP_MD_CTX *)state, bytes, count) == 1;
}

int lantian_sha256_final(lantian_sha256 *state, uint8_t *digest) {
  unsigned int length = 0;
  return EVP_DigestFinal_ex((EVP_MD_CTX *)state, digest, &length) == 1 && length == LANTIAN_SHA256_LENGTH;
}

void lantian_sha256_free(lantian_sha256 *state) { EVP_MD_CTX_free((EVP_MD_CTX *)state); }

int lantian_hmac_sha256(
    const uint8_t *key, size_t key_count, const uint8_t *bytes, size_t count, uint8_t *digest) {
  // HMAC() takes NULL for "the key of the last call": an empty key must still be a pointer.
  static const uint8_t empty = 0;
  unsigned int length = 0;
  if (key_count > INT_MAX) return 0;
  if (key == NULL) key = &empty;
  return HMAC(EVP_sha256(), key, (int)key_count, bytes, count, digest, &length) != NULL
      && length == LANTIAN_SHA256_LENGTH;
}
