/* A C11 host that loads the module by name, as a planning system does: one symbol, the table, two
 * plans with known verdicts, and out again, several times over.
 *
 *     dlopen_host MODULE SAMPLES [ROUNDS]
 *
 * With ROUNDS the module is opened and closed so many times, with a session in between, and the memory of the
 * process must not grow with them. */
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dosegate/dosegate.h"

typedef const dosegate_api* (*get_api_function)(uint32_t);

static int fail(const char* what, const char* why) {
  fprintf(stderr, "dlopen_host: %s: %s\n", what, why);
  return 1;
}

static int check_plan(const dosegate_api* api, const char* samples, const char* name,
                      int32_t expected) {
  char path[4096];
  const char* paths[1] = {path};
  dosegate_session session = 0;
  dosegate_result result = 0;
  dosegate_evaluation_info info;
  size_t cases = 0;
  int wrong = 0;

  (void)snprintf(path, sizeof path, "%s/%s", samples, name);
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  info.verdict = -1;
  if (api->session_create(NULL, &session) != DOSEGATE_OK) return fail(name, "no session");
  if (api->read(session, paths, 1, DOSEGATE_READ_COMPLETE, &cases) != DOSEGATE_OK || cases != 1 ||
      api->evaluate(session, 0, NULL, &result) != DOSEGATE_OK ||
      api->evaluation_get(session, result, &info) != DOSEGATE_OK) {
    wrong = fail(name, api->last_error(session));
  } else if (info.verdict != expected) {
    wrong = fail(name, "another verdict than expected");
  } else {
    printf("%s: verdict %d, %s\n", info.plan_label, (int)info.verdict, info.verdict_reason);
  }
  if (api->session_destroy(session) != DOSEGATE_OK)
    wrong = fail(name, "the session cannot be destroyed");
  return wrong;
}

static int load_and_check(const char* module_path, const char* samples) {
  const struct timespec moment = {0, 20 * 1000 * 1000};
  const dosegate_api* api = NULL;
  get_api_function get_api = NULL;
  int wrong = 0;
  void* module = dlopen(module_path, RTLD_NOW | RTLD_LOCAL);
  void* symbol = NULL;
  if (module == NULL) return fail(module_path, dlerror());
  symbol = dlsym(module, "dosegate_get_api");
  if (symbol == NULL) return fail(module_path, dlerror());
  memcpy(&get_api, &symbol, sizeof get_api); /* ISO C has no cast from data to function */
  if (get_api(DOSEGATE_API_MAJOR + 1) != NULL)
    wrong |= fail("get_api", "took a version it cannot know");
  api = get_api(DOSEGATE_API_MAJOR);
  if (api == NULL) return fail("get_api", "does not have the version of the header");
  if (api->struct_size < sizeof *api)
    wrong |= fail("get_api", "the table is shorter than the header's");
  if (api->major != DOSEGATE_API_MAJOR) wrong |= fail("get_api", "the table is of another version");
  wrong |= check_plan(api, samples, "hcc_25fx_pass", DOSEGATE_PASS);
  wrong |= check_plan(api, samples, "hcc_25fx_fail", DOSEGATE_FAIL);
  if (dlclose(module) != 0) wrong |= fail("dlclose", dlerror());
  /* Threads that the module left behind would now run into code that is gone. */
  (void)nanosleep(&moment, NULL);
  return wrong;
}

/* Resident memory, KiB; 0 where the system does not say. */
static long resident_kib(void) {
  char line[256];
  long kib = 0;
  FILE* status = fopen("/proc/self/status", "r");
  if (status == NULL) return 0;
  while (fgets(line, sizeof line, status) != NULL) {
    if (strncmp(line, "VmRSS:", 6) == 0) kib = strtol(line + 6, NULL, 10);
  }
  (void)fclose(status);
  return kib;
}

static int open_and_close(const char* module_path) {
  get_api_function get_api = NULL;
  dosegate_session session = 0;
  size_t count = 0;
  int wrong = 0;
  void* module = dlopen(module_path, RTLD_NOW | RTLD_LOCAL);
  void* symbol = module == NULL ? NULL : dlsym(module, "dosegate_get_api");
  if (symbol == NULL) return fail(module_path, dlerror());
  memcpy(&get_api, &symbol, sizeof get_api);
  if (get_api(DOSEGATE_API_MAJOR)->session_create(NULL, &session) != DOSEGATE_OK ||
      get_api(DOSEGATE_API_MAJOR)->protocol_count(session, &count) != DOSEGATE_OK || count == 0 ||
      get_api(DOSEGATE_API_MAJOR)->session_destroy(session) != DOSEGATE_OK) {
    wrong = fail("session", "does not work after the module was opened again");
  }
  return dlclose(module) == 0 ? wrong : fail("dlclose", dlerror());
}

static int open_and_close_often(const char* module_path, const char* samples, long rounds) {
  const long warm_up = rounds / 10;
  const long allowed_kib = 1024;
  long before_kib = 0;
  long after_kib = 0;
  long round = 0;
  int wrong = load_and_check(module_path, samples);
  for (round = 0; round < rounds && wrong == 0; ++round) {
    if (round == warm_up) before_kib = resident_kib();
    wrong = open_and_close(module_path);
  }
  after_kib = resident_kib();
  wrong |= load_and_check(module_path, samples);
  printf("%ld rounds, resident %ld KiB after %ld of them, %ld KiB at the end\n", rounds, before_kib,
         warm_up, after_kib);
  /* A leak of one session's few KiB a round would be several MiB. */
  if (after_kib > before_kib + allowed_kib) wrong |= fail("memory", "grows with every round");
  return wrong;
}

int main(int argc, char** argv) {
  int wrong = 0;
  int round = 0;
  if (argc != 3 && argc != 4) return fail("usage", "dlopen_host MODULE SAMPLES [ROUNDS]");
  if (argc == 4) return open_and_close_often(argv[1], argv[2], strtol(argv[3], NULL, 10));
  for (round = 0; round < 3; ++round) wrong |= load_and_check(argv[1], argv[2]);
  return wrong;
}
