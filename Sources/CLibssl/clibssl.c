#include "clibssl.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>

static void describe(char *error, size_t capacity, const char *file) {
  char reason[256] = "unknown reason";
  unsigned long code = ERR_get_error();
  if (code != 0) ERR_error_string_n(code, reason, sizeof reason);
  snprintf(error, capacity, "%s: %s", file, reason);
  ERR_clear_error();
}

clibssl_context *clibssl_context_new(const char *chain_file, const char *key_file, char *error, size_t error_capacity) {
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  if (context == NULL) {
    describe(error, error_capacity, "SSL_CTX_new");
    return NULL;
  }
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // A client that breaks off is an ordinary end here.
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
  if (SSL_CTX_use_certificate_chain_file(context, chain_file) != 1) {
    describe(error, error_capacity, chain_file);
    SSL_CTX_free(context);
    return NULL;
  }
  if (SSL_CTX_use_PrivateKey_file(context, key_file, SSL_FILETYPE_PEM) != 1) {
    describe(error, error_capacity, key_file);
    SSL_CTX_free(context);
    return NULL;
  }
  return context;
}

void clibssl_context_free(clibssl_context *context) { SSL_CTX_free(context); }

clibssl_session *clibssl_accept(clibssl_context *context, int descriptor) {
  SSL *session = SSL_new(context);
  if (session == NULL) return NULL;
  if (SSL_set_fd(session, descriptor) != 1 || SSL_accept(session) != 1) {
    ERR_clear_error();
    SSL_free(session);
    return NULL;
  }
  return session;
}

ptrdiff_t clibssl_read(clibssl_session *session, void *buffer, size_t capacity) {
  int count = SSL_read(session, buffer, capacity > INT_MAX ? INT_MAX : (int)capacity);
  if (count > 0) return count;
  int reason = SSL_get_error(session, count);
  ERR_clear_error();
  return reason == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

ptrdiff_t clibssl_write(clibssl_session *session, const void *bytes, size_t length) {
  if (length == 0) return 0;
  int count = SSL_write(session, bytes, length > INT_MAX ? INT_MAX : (int)length);
  ERR_clear_error();
  return count > 0 ? count : -1;
}

int clibssl_pending(clibssl_session *session) { return SSL_pending(session); }

void clibssl_shutdown(clibssl_session *session) {
  SSL_shutdown(session);
  ERR_clear_error();
}

void clibssl_session_free(clibssl_session *session) { SSL_free(session); }
