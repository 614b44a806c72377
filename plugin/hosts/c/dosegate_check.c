/* The smallest complete host in C11: it loads the module by name, as a planning system does, and sees nothing
 * of Dosegate but dosegate.h.
 *
 *     dosegate_check [--protocol ID_OR_FILE]... [--json] INPUT...
 *
 * JSON and exit codes are those of `dosegate check`: 0 PASS, 1 FAIL, 2 UNKNOWN, 3 VARIATION, 64 wrong usage,
 * 65 input that cannot be used, 70 the module or memory is missing. */
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dosegate/dosegate.h"

enum {
  kPass = 0,
  kFail = 1,
  kUnknown = 2,
  kVariation = 3,
  kUsage = 64,
  kInput = 65,
  kInternal = 70
};

typedef struct Host {
  const dosegate_api* api;
  dosegate_session session;
} Host;

typedef struct Words {
  const char** inputs;
  const char** protocols;
  size_t input_count, protocol_count;
  int json;
} Words;

/* What became of one plan. Its texts live as long as its result, here as long as the session. */
typedef struct Checked {
  dosegate_result result;
  dosegate_evaluation_info info;
  const char* json;
  size_t json_length;
} Checked;

static int say(int exit_code, const char* sentence) {
  fprintf(stderr, "dosegate_check: %s\n", sentence);
  return exit_code;
}

/* Says why the last call failed. Metrics, protocols, names and options are what the user typed; the rest is
 * what the files hold. */
static int say_status(const Host* host, int32_t status) {
  const int typed = (status >= 400 && status < 600) || status == DOSEGATE_OPTION_INVALID ||
                    status == DOSEGATE_ARGUMENT_INVALID;
  const int internal = status >= 900 || status == DOSEGATE_CANCELLED;
  return say(internal ? kInternal : (typed ? kUsage : kInput),
             host->api->last_error(host->session));
}

/* The table of the module that `path` names, or NULL with a sentence. The module stays loaded. */
static const dosegate_api* load(const char* path) {
  const dosegate_api* (*get_api)(uint32_t) = NULL;
  const dosegate_api* api = NULL;
  /* RTLD_LOCAL: the module's names stay out of the way of the host's other libraries. */
  void* module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  void* symbol = module == NULL ? NULL : dlsym(module, "dosegate_get_api");
  if (symbol == NULL) {
    fprintf(stderr,
            "dosegate_check: the module cannot be loaded (%s); name libdosegate_plugin.so with its "
            "path in "
            "DOSEGATE_LIBRARY.\n",
            dlerror());
    return NULL;
  }
  memcpy(&get_api, &symbol, sizeof get_api); /* ISO C has no cast from data to function */
  api = get_api(DOSEGATE_API_MAJOR);
  /* An older module has a shorter table; render() is the last member that is called here. */
  if (api == NULL || api->struct_size < offsetof(dosegate_api, render) + sizeof api->render) {
    (void)say(kInternal, "the module is of another version than this host; use one that fits.");
    return NULL;
  }
  return api;
}

/* A plan that was refused, or a file that may hold one, ends the program: a verdict on the others could be
 * taken for all of them. */
static int refuse_what_is_not_whole(const Host* host, size_t case_count) {
  size_t findings = 0;
  int exit_code = kPass;
  int32_t status = host->api->read_finding_count(host->session, &findings);
  for (size_t i = 0; status == DOSEGATE_OK && i < findings; ++i) {
    dosegate_finding finding = {.struct_size = sizeof finding};
    status = host->api->read_finding(host->session, i, &finding);
    if (status == DOSEGATE_OK && finding.severity == DOSEGATE_ERROR) {
      fprintf(stderr, "dosegate_check: %s: %s\n", finding.where, finding.text);
      exit_code = kInput;
    }
  }
  for (size_t i = 0; status == DOSEGATE_OK && i < case_count; ++i) {
    dosegate_case_info info = {.struct_size = sizeof info};
    status = host->api->case_get(host->session, i, &info);
    if (status == DOSEGATE_OK && info.status != DOSEGATE_OK) exit_code = say(kInput, info.refusal);
  }
  return status == DOSEGATE_OK ? exit_code : say_status(host, status);
}

static int32_t check(const Host* host, size_t case_index, const Words* words, Checked* out) {
  dosegate_options options = {.struct_size = sizeof options};
  int32_t status = DOSEGATE_OK;
  options.protocols = words->protocols;
  options.protocol_count = words->protocol_count;
  out->info.struct_size = sizeof out->info;
  status = host->api->evaluate(host->session, case_index, &options, &out->result);
  if (status != DOSEGATE_OK) return status;
  status = host->api->evaluation_get(host->session, out->result, &out->info);
  if (status != DOSEGATE_OK || !words->json) return status;
  return host->api->render(host->session, out->result, DOSEGATE_JSON, &out->json,
                           &out->json_length);
}

static const char* verdict_word(int32_t verdict) {
  static const char* const kWords[] = {"PASS", "VARIATION", "FAIL"};
  /* Whatever is not known to pass does not pass. */
  return verdict >= DOSEGATE_PASS && verdict <= DOSEGATE_FAIL ? kWords[verdict - DOSEGATE_PASS]
                                                              : "UNKNOWN";
}

/* A failure outranks what is unknown, that outranks a variation. */
static int exit_code_of(const Checked* plans, size_t count) {
  int failed = 0, unknown = 0, varied = 0;
  for (size_t i = 0; i < count; ++i) {
    const int32_t verdict = plans[i].info.verdict;
    if (verdict == DOSEGATE_FAIL) {
      failed = 1;
    } else if (verdict == DOSEGATE_VARIATION) {
      varied = 1;
    } else if (verdict != DOSEGATE_PASS) {
      unknown = 1;
    }
  }
  return failed ? kFail : (unknown ? kUnknown : (varied ? kVariation : kPass));
}

/* A required rule or plan check that applies and is not PASS is one line of the page. */
static int is_shown(int32_t required, int32_t verdict) {
  return required && verdict != DOSEGATE_PASS && verdict != DOSEGATE_NOT_APPLICABLE;
}

static int32_t print_page(const Host* host, const Checked* plan, FILE* out) {
  const dosegate_evaluation_info* info = &plan->info;
  int32_t status = DOSEGATE_OK;
  fprintf(out, "%s  plan %s, patient %s\n  %s\n  Protocol %s\n", verdict_word(info->verdict),
          info->plan_label[0] ? info->plan_label : "(no plan)",
          info->patient_id[0] ? info->patient_id : "(no id)", info->verdict_reason,
          info->protocols);
  for (size_t i = 0; status == DOSEGATE_OK && i < info->rule_count; ++i) {
    dosegate_rule rule = {.struct_size = sizeof rule};
    status = host->api->evaluation_rule(host->session, plan->result, i, &rule);
    if (status != DOSEGATE_OK || !is_shown(rule.required, rule.verdict)) continue;
    fprintf(out, "    %s%s  %s", verdict_word(rule.verdict), rule.borderline ? " (borderline)" : "",
            rule.id);
    if (rule.metric[0]) fprintf(out, "  %s = %s  %s", rule.metric, rule.measured, rule.limit);
    fprintf(out, "\n      %s\n", rule.reason);
  }
  for (size_t i = 0; status == DOSEGATE_OK && i < info->plan_check_count; ++i) {
    dosegate_plan_check told = {.struct_size = sizeof told};
    status = host->api->evaluation_plan_check(host->session, plan->result, i, &told);
    if (status != DOSEGATE_OK || !is_shown(told.required, told.verdict)) continue;
    fprintf(out, "    %s  %s  %s\n      %s\n", verdict_word(told.verdict), told.id, told.text,
            told.reason);
  }
  for (size_t i = 0; status == DOSEGATE_OK && i < info->finding_count; ++i) {
    dosegate_finding finding = {.struct_size = sizeof finding};
    status = host->api->evaluation_finding(host->session, plan->result, i, &finding);
    if (status != DOSEGATE_OK || finding.severity == DOSEGATE_INFO) continue;
    fprintf(out, "    %s: %s [%s]\n", finding.severity == DOSEGATE_ERROR ? "error" : "warning",
            finding.text, finding.code);
  }
  fputs("  For research and quality assurance; a qualified person decides.\n", out);
  return status;
}

/* One plan: its own object. Several: an array of them. */
static void print_json(const Checked* plans, size_t count) {
  if (count != 1) fputs("[\n", stdout);
  for (size_t i = 0; i < count; ++i) {
    size_t length = plans[i].json_length;
    while (count != 1 && length > 0 && plans[i].json[length - 1] == '\n') --length;
    fwrite(plans[i].json, 1, length, stdout);
    if (count != 1) fputs(i + 1 < count ? ",\n" : "\n]\n", stdout);
  }
}

static int print_all(const Host* host, const Checked* plans, size_t count, int json) {
  if (json) print_json(plans, count);
  for (size_t i = 0; i < count; ++i) {
    const int32_t status = print_page(host, &plans[i], json ? stderr : stdout);
    if (status != DOSEGATE_OK) return say_status(host, status);
  }
  if (fflush(stdout) != 0 || ferror(stdout))
    return say(kUsage, "standard output cannot be written.");
  return exit_code_of(plans, count);
}

static int run(const Host* host, const Words* words) {
  size_t count = 0;
  Checked* plans = NULL;
  int exit_code = kPass;
  int32_t status = host->api->read(host->session, words->inputs, words->input_count,
                                   DOSEGATE_READ_COMPLETE, &count);
  if (status != DOSEGATE_OK) return say_status(host, status);
  exit_code = refuse_what_is_not_whole(host, count);
  if (exit_code != kPass) return exit_code;
  plans = calloc(count, sizeof *plans);
  if (plans == NULL) return say(kInternal, "there is no plan, or not enough memory.");
  /* All of them before the first word is printed: half an output is none. */
  for (size_t i = 0; status == DOSEGATE_OK && i < count; ++i)
    status = check(host, i, words, &plans[i]);
  exit_code =
      status == DOSEGATE_OK ? print_all(host, plans, count, words->json) : say_status(host, status);
  free(plans);
  return exit_code;
}

/* 0 if the arguments make no sense. */
static int read_words(int argc, char** argv, Words* words) {
  for (int i = 1; i < argc; ++i) {
    if (strcmp(argv[i], "--json") == 0) {
      words->json = 1;
    } else if (strcmp(argv[i], "--protocol") == 0 && i + 1 < argc) {
      words->protocols[words->protocol_count++] = argv[++i];
    } else if (argv[i][0] == '-') {
      return 0;
    } else {
      words->inputs[words->input_count++] = argv[i];
    }
  }
  return words->input_count > 0;
}

static int load_and_run(const Words* words) {
  const char* named = getenv("DOSEGATE_LIBRARY");
  Host host = {NULL, 0};
  int exit_code = kPass;
  host.api = load(named != NULL && named[0] != '\0' ? named : "libdosegate_plugin.so");
  if (host.api == NULL) return kInternal;
  if (host.api->session_create(NULL, &host.session) != DOSEGATE_OK) {
    return say(kInternal, "the library could not be started.");
  }
  exit_code = run(&host, words);
  (void)host.api->session_destroy(host.session); /* with all cases and results in it */
  return exit_code;
}

int main(int argc, char** argv) {
  Words words = {NULL, NULL, 0, 0, 0};
  int exit_code = kInternal;
  words.inputs = calloc((size_t)argc + 1, sizeof *words.inputs);
  words.protocols = calloc((size_t)argc + 1, sizeof *words.protocols);
  if (words.inputs == NULL || words.protocols == NULL) {
    (void)say(kInternal, "there is not enough memory.");
  } else if (!read_words(argc, argv, &words)) {
    exit_code =
        say(kUsage, "use it as dosegate_check [--protocol ID_OR_FILE]... [--json] INPUT...");
  } else {
    exit_code = load_and_run(&words);
  }
  free(words.inputs);
  free(words.protocols);
  return exit_code;
}
