/* Dosegate in MATLAB and GNU Octave: one MEX file that loads the module by name and sees nothing of Dosegate
 * but dosegate.h. dosegate_check.m calls it with a plan of matRad.
 *
 *     results = dosegate_mex('files', {path, ...}, options)      a cell, one struct a plan
 *     results = dosegate_mex('arrays', plan, options)            a cell with one struct
 *
 * plan     dose (3-D: double, single, uint16, uint32), unit 'Gy' or 'cGy', holds 'course' or 'fraction', type
 *          'physical' or 'effective'; origin_mm, spacing_mm (of axes 1, 2, 3 of the array) and direction, a 3 by 3
 *          matrix whose columns are the directions of these axes; fractions, prescription_gy (0: unknown),
 *          patient_id, plan_label; structures, a struct array of number, name, interpreted_type and voxels
 *          (1-based numbers in the dose array: double, uint32 or uint64; []: it was not drawn, and rules that need it
 *          are UNKNOWN, as from files).
 * options  any of protocols, map, context (cells of texts), fractions, prescription_gy, workers, convention,
 *          aliases: as in dosegate_options. 'arrays' takes fractions and prescription from the plan.
 *
 * Every call opens a session and closes it: nothing is left between calls. Errors are errors of MATLAB,
 * identifier Dosegate:failed, with the library's sentence. */
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <mex.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dosegate/dosegate.h"

typedef struct Call {
  const dosegate_api* api;
  dosegate_session session;
  char why[2048]; /* of the failure; outlives the session */
} Call;

/* An error inside an mx function (no memory) leaves mexFunction at once, past our own clean-up: what is then
 * still open is closed when the next call begins. 0 whenever a call has ended in any other way. */
static dosegate_session left_open = 0;

static int fail(Call* call, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(call->why, sizeof call->why, format, arguments);
  va_end(arguments);
  return 0;
}

static int done(Call* call, int32_t status) {
  return status == DOSEGATE_OK || fail(call, "%s", call->api->last_error(call->session));
}

static int load(Call* call) {
  const dosegate_api* (*get_api)(uint32_t) = NULL;
  const char* named = getenv("DOSEGATE_LIBRARY");
  /* RTLD_LOCAL: the module's names stay out of the way of MATLAB's own libraries. It is never unloaded. */
  void* module = dlopen(named != NULL && named[0] != '\0' ? named : "libdosegate_plugin.so",
                        RTLD_NOW | RTLD_LOCAL);
  void* symbol = module == NULL ? NULL : dlsym(module, "dosegate_get_api");
  if (symbol == NULL) {
    return fail(call,
                "The module cannot be loaded (%s); name libdosegate_plugin.so with its path: "
                "setenv('DOSEGATE_LIBRARY', path).",
                dlerror());
  }
  memcpy(&get_api, &symbol, sizeof get_api); /* ISO C has no cast from data to function */
  call->api = get_api(DOSEGATE_API_MAJOR);
  /* An older module has a shorter table; case_discard() is the last member that is called here. */
  if (call->api == NULL || call->api->struct_size < offsetof(dosegate_api, case_discard) +
                                                        sizeof call->api->case_discard)
    return fail(call, "The module is of another version than this MEX file; use one that fits.");
  return 1;
}

/* ---- what comes in ----------------------------------------------------------------------------------- */

/* A member of a struct; NULL if it is absent or []. */
static const mxArray* member(const mxArray* in, size_t index, const char* name) {
  const mxArray* found = in == NULL ? NULL : mxGetField(in, index, name);
  return found == NULL || mxIsEmpty(found) ? NULL : found;
}

/* What is allocated for texts is MATLAB's and freed by it when the call ends. */
static int text_of(Call* call, const mxArray* in, const char* name, const char** out) {
  if (in == NULL) return 1;
  *out = mxIsChar(in) ? mxArrayToString(in) : NULL;
  if (*out == NULL) return fail(call, "%s is not a text.", name);
  /* No character is shorter than a byte; what stands before a zero would be another name. */
  return strlen(*out) >= mxGetNumberOfElements(in) ||
         fail(call, "%s holds a zero character.", name);
}

static int number_of(Call* call, const mxArray* in, const char* name, double* out) {
  if (in == NULL) return 1;
  if (!mxIsNumeric(in) || mxIsComplex(in) || mxGetNumberOfElements(in) != 1)
    return fail(call, "%s is not one number.", name);
  *out = mxGetScalar(in);
  return 1;
}

static int count_of(Call* call, const mxArray* in, const char* name, int32_t* out) {
  double value = *out;
  if (!number_of(call, in, name, &value)) return 0;
  if (!(value >= 0 && value <= 1e6) || value != (double)(int32_t)value)
    return fail(call, "%s is not a whole number from 0 to a million.", name);
  *out = (int32_t)value;
  return 1;
}

static int numbers_of(Call* call, const mxArray* in, const char* name, double* out, size_t count) {
  if (in == NULL || !mxIsDouble(in) || mxIsComplex(in) || mxIsSparse(in) ||
      mxGetNumberOfElements(in) != count)
    return fail(call, "plan.%s is not an array of %u doubles.", name, (unsigned)count);
  memcpy(out, mxGetData(in), count * sizeof *out);
  return 1;
}

/* A cell of texts. */
static int texts_of(Call* call, const mxArray* in, const char* name, const char* const** out,
                    size_t* out_count) {
  const char** texts = NULL;
  if (in == NULL) return 1;
  if (!mxIsCell(in)) return fail(call, "%s is not a cell of texts.", name);
  *out_count = mxGetNumberOfElements(in);
  texts = mxCalloc(*out_count, sizeof *texts);
  for (size_t i = 0; i < *out_count; ++i) {
    const mxArray* cell = mxGetCell(in, i);
    if (cell == NULL || !text_of(call, cell, name, &texts[i]))
      return fail(call, "%s holds something that is not a text.", name);
  }
  *out = texts;
  return 1;
}

/* Place of a text in a list, from 1 on. */
static int choice_of(Call* call, const mxArray* in, const char* name, const char* const words[2],
                     int32_t* out) {
  const char* text = "";
  if (!text_of(call, in, name, &text)) return 0;
  for (int32_t i = 0; i < 2; ++i) {
    if (strcmp(text, words[i]) == 0) *out = i + 1;
  }
  return *out != 0 || fail(call, "%s is '%s'; state '%s' or '%s'.", name, text, words[0], words[1]);
}

static int options_of(Call* call, const mxArray* in, dosegate_options* out) {
  /* A further option of the library is one word here and one line below. */
  static const char* const kKnown[] = {"protocols",         "map",     "context",    "fractions",
                                       "prescription_gy",   "workers", "convention", "aliases",
                                       "dose_interpolation"};
  static const char* const kInterpolations[] = {"linear", "voxel"};
  const mxArray* interpolation = NULL;
  int32_t workers = 0, chosen = 1;
  if (in == NULL || mxIsEmpty(in)) return 1;
  if (!mxIsStruct(in) || mxGetNumberOfElements(in) != 1)
    return fail(call, "options is not a struct.");
  for (int i = 0; i < mxGetNumberOfFields(in); ++i) {
    const char* name = mxGetFieldNameByNumber(in, i);
    size_t known = 0;
    while (known < sizeof kKnown / sizeof *kKnown && strcmp(name, kKnown[known]) != 0) ++known;
    if (known == sizeof kKnown / sizeof *kKnown)
      return fail(call, "There is no option '%s'.", name);
  }
  interpolation = member(in, 0, "dose_interpolation");
  if (!texts_of(call, member(in, 0, "protocols"), "options.protocols", &out->protocols,
                &out->protocol_count) ||
      !texts_of(call, member(in, 0, "map"), "options.map", &out->map, &out->map_count) ||
      !texts_of(call, member(in, 0, "context"), "options.context", &out->context,
                &out->context_count) ||
      !count_of(call, member(in, 0, "fractions"), "options.fractions", &out->fractions) ||
      !number_of(call, member(in, 0, "prescription_gy"), "options.prescription_gy",
                 &out->prescription_gy) ||
      !count_of(call, member(in, 0, "workers"), "options.workers", &workers) ||
      !text_of(call, member(in, 0, "convention"), "options.convention", &out->convention) ||
      !text_of(call, member(in, 0, "aliases"), "options.aliases", &out->aliases) ||
      (interpolation != NULL &&
       (chosen = 0,
        !choice_of(call, interpolation, "options.dose_interpolation", kInterpolations, &chosen))))
    return 0;
  out->workers = (uint32_t)workers;
  out->dose_interpolation = chosen - 1;
  return 1;
}

/* The element's name in the header and its bytes; 0 if it has none. */
static int32_t element_of(const mxArray* in, size_t* bytes) {
  *bytes = mxGetElementSize(in);
  if (mxIsComplex(in) || mxIsSparse(in)) return 0;
  switch (mxGetClassID(in)) {
    case mxDOUBLE_CLASS:
      return DOSEGATE_F64;
    case mxSINGLE_CLASS:
      return DOSEGATE_F32;
    case mxUINT16_CLASS:
      return DOSEGATE_U16;
    case mxUINT32_CLASS:
      return DOSEGATE_U32;
    case mxUINT64_CLASS:
      return DOSEGATE_U64;
    default:
      return 0;
  }
}

/* ---- a case from arrays ------------------------------------------------------------------------------ */

static int dose_of(Call* call, const mxArray* plan, dosegate_new_dose* out) {
  static const char* const kUnits[] = {"Gy", "cGy"};
  static const char* const kHolds[] = {"course", "fraction"};
  static const char* const kTypes[] = {"physical", "effective"};
  const mxArray* dose = member(plan, 0, "dose");
  const size_t dimensions = dose == NULL ? 4 : (size_t)mxGetNumberOfDimensions(dose);
  size_t bytes = 0;
  if (dimensions > 3) return fail(call, "plan.dose is not an array of two or three dimensions.");
  out->element = element_of(dose, &bytes);
  if (out->element == 0 || out->element == DOSEGATE_U64)
    return fail(call, "plan.dose is neither double, single, uint16 nor uint32.");
  for (size_t axis = 0; axis < 3; ++axis) /* an array of one slice has two dimensions */
    out->lattice.size[axis] = axis < dimensions ? (uint64_t)mxGetDimensions(dose)[axis] : 1;
  out->values = mxGetData(dose);
  out->byte_count = mxGetNumberOfElements(dose) * bytes;
  out->scale = 1.0;
  return numbers_of(call, member(plan, 0, "origin_mm"), "origin_mm", out->lattice.origin_mm, 3) &&
         numbers_of(call, member(plan, 0, "spacing_mm"), "spacing_mm", out->lattice.spacing_mm,
                    3) &&
         numbers_of(call, member(plan, 0, "direction"), "direction", out->lattice.direction, 9) &&
         choice_of(call, member(plan, 0, "unit"), "plan.unit", kUnits, &out->unit) &&
         choice_of(call, member(plan, 0, "holds"), "plan.holds", kHolds, &out->holds) &&
         choice_of(call, member(plan, 0, "type"), "plan.type", kTypes, &out->type);
}

/* Left out, it would not be missed: "Liver - GTV*" would do with the GTVs that were drawn. */
static int add_undrawn(Call* call, dosegate_builder builder, int32_t number, dosegate_label label) {
  const dosegate_contours none = {.struct_size = sizeof none, .number = number, .label = label};
  return done(call, call->api->case_add_contours(call->session, builder, &none));
}

static int add_structures(Call* call, const mxArray* plan, const dosegate_lattice* lattice,
                          dosegate_builder builder) {
  const mxArray* structures = member(plan, 0, "structures");
  if (structures == NULL || !mxIsStruct(structures))
    return fail(call, "plan.structures is not a struct array with members.");
  for (size_t i = 0; i < mxGetNumberOfElements(structures); ++i) {
    dosegate_voxel_list list = {.struct_size = sizeof list, .lattice = *lattice, .first_index = 1};
    const mxArray* voxels = member(structures, i, "voxels");
    size_t bytes = 0;
    if (!count_of(call, member(structures, i, "number"), "structures.number", &list.number) ||
        !text_of(call, member(structures, i, "name"), "structures.name", &list.label.name) ||
        !text_of(call, member(structures, i, "interpreted_type"), "structures.interpreted_type",
                 &list.label.interpreted_type))
      return 0;
    if (mxGetField(structures, i, "voxels") == NULL)
      return fail(call, "structures.voxels is missing; [] is a structure that was not drawn.");
    if (voxels == NULL) {
      if (!add_undrawn(call, builder, list.number, list.label)) return 0;
      continue;
    }
    list.element = element_of(voxels, &bytes);
    list.indices = mxGetData(voxels);
    list.index_count = mxGetNumberOfElements(voxels);
    if (!done(call, call->api->case_add_voxels(call->session, builder, &list))) return 0;
  }
  return 1;
}

static int case_of(Call* call, const mxArray* plan, size_t* out) {
  dosegate_new_case facts = {.struct_size = sizeof facts};
  dosegate_new_dose dose = {.struct_size = sizeof dose};
  dosegate_builder builder = 0;
  if (!mxIsStruct(plan) || mxGetNumberOfElements(plan) != 1)
    return fail(call, "plan is not a struct.");
  return count_of(call, member(plan, 0, "fractions"), "plan.fractions", &facts.fractions) &&
         number_of(call, member(plan, 0, "prescription_gy"), "plan.prescription_gy",
                   &facts.prescription_gy) &&
         text_of(call, member(plan, 0, "patient_id"), "plan.patient_id", &facts.patient_id) &&
         text_of(call, member(plan, 0, "plan_label"), "plan.plan_label", &facts.plan_label) &&
         dose_of(call, plan, &dose) &&
         done(call, call->api->case_begin(call->session, &facts, &builder)) &&
         done(call, call->api->case_add_dose(call->session, builder, &dose)) &&
         add_structures(call, plan, &dose.lattice, builder) &&
         done(call, call->api->case_finish(call->session, builder, out));
}

/* ---- cases from files -------------------------------------------------------------------------------- */

/* As the command does: a plan that was refused, or a file that may hold one, ends the call, because a verdict
 * on the others could be taken for all of them. */
static int read_files(Call* call, const mxArray* paths, size_t* out_count) {
  const dosegate_api* api = call->api;
  const char* const* texts = NULL;
  size_t count = 0, findings = 0;
  if (!texts_of(call, paths, "The second argument", &texts, &count) ||
      !done(call, api->read(call->session, texts, count, DOSEGATE_READ_COMPLETE, out_count)) ||
      !done(call, api->read_finding_count(call->session, &findings)))
    return 0;
  for (size_t i = 0; i < findings; ++i) {
    dosegate_finding finding = {.struct_size = sizeof finding};
    if (!done(call, api->read_finding(call->session, i, &finding))) return 0;
    if (finding.severity == DOSEGATE_ERROR)
      return fail(call, "%s: %s", finding.where, finding.text);
  }
  for (size_t i = 0; i < *out_count; ++i) {
    dosegate_case_info info = {.struct_size = sizeof info};
    if (!done(call, api->case_get(call->session, i, &info))) return 0;
    if (info.status != DOSEGATE_OK) return fail(call, "%s", info.refusal);
  }
  return 1;
}

/* ---- what goes out ----------------------------------------------------------------------------------- */

static const char* verdict_word(int32_t verdict) {
  static const char* const kWords[] = {"PASS", "VARIATION", "FAIL", "UNKNOWN", "NOT_APPLICABLE"};
  /* Whatever is not known to pass does not pass. */
  return verdict >= DOSEGATE_PASS && verdict <= DOSEGATE_NOT_APPLICABLE
             ? kWords[verdict - DOSEGATE_PASS]
             : "UNKNOWN";
}

static void set_text(mxArray* out, size_t index, const char* name, const char* text) {
  mxSetField(out, index, name, mxCreateString(text));
}

/* NaN for a number that is not there. */
static void set_number(mxArray* out, size_t index, const char* name, double value, int present) {
  mxSetField(out, index, name, mxCreateDoubleScalar(present ? value : mxGetNaN()));
}

static int set_rules(Call* call, dosegate_result result, size_t count, mxArray* out) {
  static const char* kNames[] = {"id",    "verdict", "required", "structure", "roi",   "metric",
                                 "value", "low",     "high",     "unit",      "limit", "reason"};
  mxArray* rules = mxCreateStructMatrix(count, 1, sizeof kNames / sizeof *kNames, kNames);
  mxSetField(out, 0, "rules", rules);
  for (size_t i = 0; i < count; ++i) {
    dosegate_rule rule = {.struct_size = sizeof rule};
    if (!done(call, call->api->evaluation_rule(call->session, result, i, &rule))) return 0;
    set_text(rules, i, "id", rule.id);
    set_text(rules, i, "verdict", verdict_word(rule.verdict));
    mxSetField(rules, i, "required", mxCreateLogicalScalar(rule.required != 0));
    set_text(rules, i, "structure", rule.structure);
    set_text(rules, i, "roi", rule.roi);
    set_text(rules, i, "metric", rule.metric);
    set_number(rules, i, "value", rule.value, rule.present & DOSEGATE_HAS_VALUE);
    set_number(rules, i, "low", rule.low, rule.present & DOSEGATE_HAS_LOW);
    set_number(rules, i, "high", rule.high, rule.present & DOSEGATE_HAS_HIGH);
    set_text(rules, i, "unit", rule.unit);
    set_text(rules, i, "limit", rule.limit);
    set_text(rules, i, "reason", rule.reason);
  }
  return 1;
}

static int set_findings(Call* call, dosegate_result result, size_t count, mxArray* out) {
  static const char* const kSeverities[] = {"info", "warning", "error"};
  static const char* kNames[] = {"severity", "code", "text"};
  mxArray* findings = mxCreateStructMatrix(count, 1, sizeof kNames / sizeof *kNames, kNames);
  mxSetField(out, 0, "findings", findings);
  for (size_t i = 0; i < count; ++i) {
    dosegate_finding told = {.struct_size = sizeof told};
    if (!done(call, call->api->evaluation_finding(call->session, result, i, &told))) return 0;
    set_text(findings, i, "severity", kSeverities[told.severity]);
    set_text(findings, i, "code", told.code);
    set_text(findings, i, "text", told.text);
  }
  return 1;
}

static mxArray* result_of(Call* call, size_t case_index, const dosegate_options* options) {
  static const char* kNames[] = {"verdict", "reason",   "plan_label", "protocols",
                                 "rules",   "findings", "json"};
  mxArray* out = mxCreateStructMatrix(1, 1, sizeof kNames / sizeof *kNames, kNames);
  dosegate_evaluation_info info = {.struct_size = sizeof info};
  dosegate_result result = 0;
  const char* json = NULL;
  size_t length = 0;
  if (!done(call, call->api->evaluate(call->session, case_index, options, &result)) ||
      !done(call, call->api->evaluation_get(call->session, result, &info)) ||
      !set_rules(call, result, info.rule_count, out) ||
      !set_findings(call, result, info.finding_count, out) ||
      !done(call, call->api->render(call->session, result, DOSEGATE_JSON, &json, &length)))
    return NULL;
  set_text(out, 0, "verdict", verdict_word(info.verdict));
  set_text(out, 0, "reason", info.verdict_reason);
  set_text(out, 0, "plan_label", info.plan_label);
  set_text(out, 0, "protocols", info.protocols);
  set_text(out, 0, "json", json);
  return out;
}

static mxArray* check(Call* call, int input_count, const mxArray* inputs[]) {
  dosegate_options options = {.struct_size = sizeof options};
  const char* command = "";
  size_t from = 0, end = 0;
  mxArray* cell = NULL;
  if (input_count < 2 || input_count > 3 ||
      !text_of(call, inputs[0], "The first argument", &command))
    return fail(call,
                "Call it as dosegate_mex('files', paths, options) or ('arrays', plan, options)."),
           NULL;
  if (input_count == 3 && !options_of(call, inputs[2], &options)) return NULL;
  if (strcmp(command, "files") == 0) {
    if (!read_files(call, inputs[1], &end)) return NULL;
  } else if (strcmp(command, "arrays") == 0) {
    if (options.fractions != 0 || options.prescription_gy != 0)
      return fail(call, "A plan from arrays has its own fractions and prescription."), NULL;
    if (!case_of(call, inputs[1], &from)) return NULL;
    end = from + 1;
  } else {
    return fail(call, "'%s' is neither 'files' nor 'arrays'.", command), NULL;
  }
  cell = mxCreateCellMatrix(end - from, 1);
  for (size_t i = from; i < end; ++i) {
    mxArray* result = result_of(call, i, &options);
    if (result == NULL) return NULL;
    mxSetCell(cell, i - from, result);
  }
  return cell;
}

void mexFunction(int output_count, mxArray* outputs[], int input_count, const mxArray* inputs[]) {
  Call call = {NULL, 0, ""};
  mxArray* out = NULL;
  (void)output_count;
  if (load(&call)) {
    if (left_open != 0) (void)call.api->session_destroy(left_open);
    left_open = 0;
    if (call.api->session_create(NULL, &call.session) != DOSEGATE_OK) {
      (void)fail(&call, "The library could not be started.");
    } else {
      left_open = call.session;
      out = check(&call, input_count, inputs);
      (void)call.api->session_destroy(call.session);
      left_open = 0;
    }
  }
  if (out == NULL) mexErrMsgIdAndTxt("Dosegate:failed", "%s", call.why);
  outputs[0] = out;
}
