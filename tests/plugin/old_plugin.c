/* A module of an earlier version, as a newer host meets it: the table of the module that OLD_PLUGIN_OF names, cut
 * off after OLD_PLUGIN_ENTRIES functions; behind its end lies what is no function. */
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "dosegate/dosegate.h"

__attribute__((visibility("default"))) const dosegate_api* dosegate_get_api(uint32_t major) {
  static dosegate_api old;
  const dosegate_api* (*get_api)(uint32_t) = NULL;
  const dosegate_api* whole = NULL;
  const char* name = getenv("OLD_PLUGIN_OF");
  const char* entries = getenv("OLD_PLUGIN_ENTRIES");
  void* module = name == NULL ? NULL : dlopen(name, RTLD_NOW | RTLD_LOCAL);
  void* symbol = module == NULL ? NULL : dlsym(module, "dosegate_get_api");
  size_t size = 0;
  if (symbol == NULL || entries == NULL) return NULL;
  memcpy(&get_api, &symbol, sizeof get_api); /* ISO C has no cast from data to function */
  whole = get_api(major);
  if (whole == NULL) return NULL;
  size = offsetof(dosegate_api, version) + strtoul(entries, NULL, 10) * sizeof(void (*)(void));
  if (size > sizeof old) size = sizeof old;
  memset(&old, 0x5A, sizeof old);
  memcpy(&old, whole, size);
  old.struct_size = (uint32_t)size;
  return &old;
}
