/* Prints the verdict of the first plan in a folder, as a number of the header. */
#include <stdio.h>
#include <string.h>

#include "dosegate/dosegate.h"

int main(int argc, char **argv) {
  const char *paths[1];
  dosegate_session session = 0;
  dosegate_result result = 0;
  dosegate_evaluation_info info;
  size_t cases = 0;
  if (argc != 2) return 2;
  paths[0] = argv[1];
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  if (dosegate_session_create(NULL, &session) != DOSEGATE_OK) return 3;
  if (dosegate_read(session, paths, 1, DOSEGATE_READ_COMPLETE, &cases) != DOSEGATE_OK ||
      dosegate_evaluate(session, 0, NULL, &result) != DOSEGATE_OK ||
      dosegate_evaluation_get(session, result, &info) != DOSEGATE_OK) {
    fprintf(stderr, "%s\n", dosegate_last_error(session));
    return 4;
  }
  printf("%s %d\n", dosegate_version(), (int)info.verdict);
  return dosegate_session_destroy(session) == DOSEGATE_OK ? 0 : 5;
}
