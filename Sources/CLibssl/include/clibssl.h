#ifndef CLIBSSL_H
#define CLIBSSL_H

#include <stddef.h>

/// The server side of TLS as the fault server needs it: a context from two PEM files, blocking sessions on sockets.
typedef struct ssl_ctx_st clibssl_context;
typedef struct ssl_st clibssl_session;

/// A server context with a certificate chain and a key; null when a file is unusable, then `error` says why.
clibssl_context *clibssl_context_new(const char *chain_file, const char *key_file, char *error, size_t error_capacity);
void clibssl_context_free(clibssl_context *context);

/// A session on a connected blocking socket after its handshake; null when the handshake fails.
clibssl_session *clibssl_accept(clibssl_context *context, int descriptor);
/// Bytes read, 0 at the end, -1 on failure.
ptrdiff_t clibssl_read(clibssl_session *session, void *buffer, size_t capacity);
/// Bytes written, -1 on failure.
ptrdiff_t clibssl_write(clibssl_session *session, const void *bytes, size_t length);
/// Bytes already decrypted and waiting.
int clibssl_pending(clibssl_session *session);
/// Sends close_notify; the socket stays open.
void clibssl_shutdown(clibssl_session *session);
void clibssl_session_free(clibssl_session *session);

#endif
