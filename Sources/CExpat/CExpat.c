#include "CExpat.h"

#include <iconv.h>

static int refuse(XML_Parser parser, const XML_Char *context, const XML_Char *base, const XML_Char *system_id,
                  const XML_Char *public_id) {
  (void)parser, (void)context, (void)base, (void)system_id, (void)public_id;
  return XML_STATUS_ERROR;
}

int lantian_expat_guard(XML_Parser parser, float amplification, uint64_t threshold_bytes) {
  XML_SetExternalEntityRefHandler(parser, refuse);
  // A DTD that is promised and never read: expat then reports an undefined entity as skipped (XML 1.0, 4.1, "Entity
  // declared" is a validity matter when there is an external subset) and goes on.
  XML_SetParamEntityParsing(parser, XML_PARAM_ENTITY_PARSING_NEVER);
  return XML_UseForeignDTD(parser, XML_TRUE) == XML_ERROR_NONE &&
         XML_SetBillionLaughsAttackProtectionMaximumAmplification(parser, amplification) &&
         XML_SetBillionLaughsAttackProtectionActivationThreshold(parser, threshold_bytes);
}

long lantian_gb18030_to_utf8(const uint8_t *bytes, size_t length, uint8_t *output, size_t capacity, size_t *invalid) {
  iconv_t converter = iconv_open("UTF-8", "GB18030");
  if (converter == (iconv_t)-1) return -2;
  char *from = (char *)bytes;
  char *to = (char *)output;
  size_t left = length, room = capacity;
  size_t result = iconv(converter, &from, &left, &to, &room);
  iconv_close(converter);
  if (result == (size_t)-1) {
    *invalid = length - left;
    return -1;
  }
  return (long)(capacity - room);
}
