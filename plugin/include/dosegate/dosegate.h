/*
 * Dosegate's C interface: the only installed header, C11, usable from any language that calls C.
 *
 * What a host does
 *   1. create a session;
 *   2. read cases from DICOM files and folders (one case = one plan, its structures, its dose), or put a
 *      case together from arrays in memory;
 *   3. evaluate a case against protocols, or compute DVHs;
 *   4. look at the result as structs, or take it as JSON or CSV text;
 *   5. release what it no longer needs, destroy the session.
 *
 * Rules that hold for every function
 *   Threads    A session and all that belongs to it is used by one thread at a time; a call that finds the
 *              session busy returns DOSEGATE_BUSY and does nothing. Sessions are independent of each other.
 *              Only dosegate_cancel() may be called at any time from any thread. Callbacks of the host
 *              table are made on the calling thread only, and only while a call runs.
 *   Ownership  What the library hands out (text, arrays) belongs to the library. What the host hands over is
 *              read during the call only and may be freed right after it.
 *   Lifetime   Text and arrays live as long as the handle they came from; a session's last error until the
 *              next call with that session. Destroying a session releases everything in it.
 *   Text       UTF-8, ends with a zero byte. Text that comes from DICOM has control characters replaced.
 *   Structs    The first member is the struct's size, set by the host before the call (sizeof): a library
 *              that knows more members fills in only those that fit, a library that knows fewer leaves the
 *              rest as they are, and refuses (OPTION_INVALID) a struct of the host that asks for something there. New members are added at the end only; reserved ones are 0.
 *   Errors     int32_t status: DOSEGATE_OK, or a code. The sentence that says what to do is
 *              dosegate_last_error(). Out-parameters are untouched when a call fails.
 *   The wall   No exception leaves the library, it prints nothing, never exits, and changes no locale,
 *              signal or floating-point mode of the process.
 *
 * Every function also stands in the table that dosegate_get_api() returns.
 *
 * Research and quality assurance only: a qualified person decides.
 */
#ifndef DOSEGATE_DOSEGATE_H
#define DOSEGATE_DOSEGATE_H

#include <stddef.h>
#include <stdint.h>

/* The version of the software, written here and nowhere else. */
#define DOSEGATE_VERSION_MAJOR 0
#define DOSEGATE_VERSION_MINOR 1
#define DOSEGATE_VERSION_PATCH 0

/* Major version of this interface: the argument of dosegate_get_api(). */
#define DOSEGATE_API_MAJOR 1

#ifdef __cplusplus
#define DOSEGATE_NOEXCEPT noexcept
extern "C" {
#else
#define DOSEGATE_NOEXCEPT
#endif

#if defined(DOSEGATE_BUILDING_LIBRARY)
#define DOSEGATE_EXPORT __attribute__((visibility("default")))
#else
#define DOSEGATE_EXPORT
#endif

/* ---- status ------------------------------------------------------------------------------------------ */

/* Codes from 100 to 899 are those of core/base/result.h: 1xx files and numbers, 2xx DICOM, 3xx geometry,
 * 4xx metrics, 5xx protocols and structure names, 6xx evaluation, 7xx reports, 8xx use of this interface. They are never
 * renumbered. */
enum {
  DOSEGATE_OK = 0,
  DOSEGATE_CANCELLED = 103,        /* dosegate_cancel() was called or a progress callback said stop */
  DOSEGATE_FILE_UNWRITABLE = 105,  /* dosegate_write(): the text says why */
  DOSEGATE_OPTION_INVALID = 601,   /* an option with a value that makes no sense */
  DOSEGATE_HANDLE_INVALID = 800,   /* a handle that was never given out, or was released */
  DOSEGATE_ARGUMENT_INVALID = 801, /* a null pointer, an index out of range, a struct without its size, an
                                      array that does not fit what is said of it */
  DOSEGATE_BUSY = 802,             /* another thread is in a call with this session */
  DOSEGATE_INTERNAL = 900,         /* a defect in Dosegate; the session stays usable */
  DOSEGATE_OUT_OF_MEMORY = 901
};

/* ---- handles ----------------------------------------------------------------------------------------- */

/* Opaque; 0 is never a valid handle. A stale handle is recognised and refused. */
typedef uint64_t dosegate_session;
typedef uint64_t dosegate_result;

/* ---- host table -------------------------------------------------------------------------------------- */

enum { DOSEGATE_INFO = 0, DOSEGATE_WARNING = 1, DOSEGATE_ERROR = 2 };

typedef struct dosegate_host {
  uint32_t struct_size;
  void *user; /* handed to each callback */
  /* May be NULL. Called on the calling thread. Non-zero = stop; the call then returns
   * DOSEGATE_CANCELLED. Must not call into the same session (it would get DOSEGATE_BUSY). */
  int32_t (*progress)(void *user);
  /* May be NULL; where it is not, it is called instead of `progress`, before step `done` (from 0) of `total`
   * of a stage: "looking", "reading", "measuring", "judging". Where several threads work, only what the calling
   * thread begins is told. `stage` lives during the call. */
  int32_t (*progress_at)(void *user, const char *stage, uint64_t done, uint64_t total);
  /* May be NULL. One sentence about what goes on, with its severity; called on the calling thread, at the end
   * of the call it belongs to: a call that failed (DOSEGATE_ERROR, the text of dosegate_last_error()), and each
   * finding of dosegate_read(), dosegate_case_finish(), dosegate_evaluate() and dosegate_dvh(). Must not call
   * into the same session. `text` lives during the call. It holds no patient's name. */
  void (*log)(void *user, int32_t severity, const char *text);
} dosegate_host;

/* ---- library and sessions ---------------------------------------------------------------------------- */

/* "0.1.0". Any thread, any time; lives as long as the library is loaded. */
DOSEGATE_EXPORT const char *dosegate_version(void) DOSEGATE_NOEXCEPT;

/* `host` may be NULL; it is copied. Any thread. Errors: ARGUMENT_INVALID, OUT_OF_MEMORY. */
DOSEGATE_EXPORT int32_t dosegate_session_create(const dosegate_host *host,
                                                dosegate_session *out) DOSEGATE_NOEXCEPT;

/* Releases the session and all its cases and results. An invalid handle is ignored. Not while another
 * call with the session runs (then BUSY, and nothing is released). */
DOSEGATE_EXPORT int32_t dosegate_session_destroy(dosegate_session session) DOSEGATE_NOEXCEPT;

/* Why the session's last call failed: one sentence that names file, tag or column and what to do, with the
 * code in brackets; "" after a call that succeeded. Never NULL. For a session that is invalid or in a call
 * a fixed text. */
DOSEGATE_EXPORT const char *dosegate_last_error(dosegate_session session) DOSEGATE_NOEXCEPT;

/* Asks the call that runs in the session to stop as soon as it can. Any thread. */
DOSEGATE_EXPORT int32_t dosegate_cancel(dosegate_session session) DOSEGATE_NOEXCEPT;

/* ---- protocols --------------------------------------------------------------------------------------- */

typedef struct dosegate_protocol_info {
  uint32_t struct_size;
  uint32_t rule_count;
  const char *id, *version, *title;
  const char *sha256; /* of the file, 64 hexadecimal digits */
} dosegate_protocol_info;

/* Number of built-in protocols. */
DOSEGATE_EXPORT int32_t dosegate_protocol_count(dosegate_session session, size_t *out) DOSEGATE_NOEXCEPT;
/* Built-in protocol `index`, in order of id. */
DOSEGATE_EXPORT int32_t dosegate_protocol_get(dosegate_session session, size_t index,
                                              dosegate_protocol_info *out) DOSEGATE_NOEXCEPT;
/* The text of a protocol: a built-in id, or a file's path, which is checked first. Lives until the next
 * call of this function. */
DOSEGATE_EXPORT int32_t dosegate_protocol_text(dosegate_session session, const char *id_or_path,
                                               const char **text, size_t *length) DOSEGATE_NOEXCEPT;

/* Gives a protocol file's text a name, for the rest of the session: from then on that name stands for it where
 * an id or a path is asked for (here, in dosegate_options.protocols, in the results' origin). The same name again
 * replaces it. Errors: ARGUMENT_INVALID (no name, one with /, or a built-in id), those of reading a protocol file; then what
 * had the name before still has it. */
DOSEGATE_EXPORT int32_t dosegate_protocol_add(dosegate_session session, const char *name, const char *text,
                                              size_t length) DOSEGATE_NOEXCEPT;
/* The protocol that an id, a name of dosegate_protocol_add() or a path stands for. Texts live as long as the
 * session. Errors: those of reading the file. */
DOSEGATE_EXPORT int32_t dosegate_protocol_find(dosegate_session session, const char *id_or_path,
                                               dosegate_protocol_info *out) DOSEGATE_NOEXCEPT;

/* What in a protocol that can be read is still likely to be a mistake. */
typedef struct dosegate_protocol_finding {
  uint32_t struct_size;
  uint32_t reserved;
  const char *rule; /* id of the rule it is about */
  const char *code; /* "wide-variation", "unit", "no-fractionation", "duplicate", "contradiction",
                       "unknown-structure", "spelling", "alpha-beta", "off-library" */
  const char *text; /* one sentence */
  int32_t line, column; /* of the rule's text in the file, 1-based */
} dosegate_protocol_finding;

/* Looks through a protocol, a built-in id or a file's path, and keeps what was found until the next call of
 * this function. `out`: how many findings. Errors: those of reading the file. */
DOSEGATE_EXPORT int32_t dosegate_protocol_lint(dosegate_session session, const char *id_or_path,
                                               size_t *out) DOSEGATE_NOEXCEPT;
/* Finding `index` of the last dosegate_protocol_lint(), in the order of the rules. Texts live until its next
 * call. */
DOSEGATE_EXPORT int32_t dosegate_protocol_lint_get(dosegate_session session, size_t index,
                                                   dosegate_protocol_finding *out) DOSEGATE_NOEXCEPT;

/* What importing a table of goals took for granted or left out. */
typedef struct dosegate_import_note {
  uint32_t struct_size;
  int32_t line;     /* of the imported file, 1-based; 0: the file as a whole */
  const char *code; /* "assumption", "left-out", or one of dosegate_protocol_finding */
  const char *text; /* one sentence */
} dosegate_import_note;

/* Turns a file with goals of another system (a table with a header row, or lines STRUCTURE :: LIMIT) into the
 * text of a protocol file, and looks through it. Text and notes live until the next call of this function.
 * Errors: FILE_UNREADABLE and PROTOCOL_INVALID, which names each goal that has more than one meaning; then
 * there is neither text nor notes. */
DOSEGATE_EXPORT int32_t dosegate_goals_import(dosegate_session session, const char *path, const char **text,
                                              size_t *length, size_t *note_count) DOSEGATE_NOEXCEPT;
/* Note `index` of the last dosegate_goals_import(), by line. */
DOSEGATE_EXPORT int32_t dosegate_goals_import_note(dosegate_session session, size_t index,
                                                   dosegate_import_note *out) DOSEGATE_NOEXCEPT;

/* ---- reading ----------------------------------------------------------------------------------------- */

enum {
  DOSEGATE_READ_COMPLETE = 0, /* refuse a case without structures or dose: for evaluation */
  DOSEGATE_READ_ANYTHING = 1  /* keep whatever is there: to look at it */
};

/* Reads files and folders (with all that is below them) and replaces the session's cases (those from memory
 * too), and with them all results. `out_count` cases are then numbered from 0, ordered by plan label and UID. A case that cannot be
 * used is one of them: dosegate_case_get() tells why. Errors: 2xx when nothing at all can be used; the
 * session then has no case. */
DOSEGATE_EXPORT int32_t dosegate_read(dosegate_session session, const char *const *paths, size_t path_count,
                                      int32_t need, size_t *out_count) DOSEGATE_NOEXCEPT;

typedef struct dosegate_case_info {
  uint32_t struct_size;
  int32_t status;      /* DOSEGATE_OK, or why the case was refused */
  const char *refusal; /* the sentence for that; "" if status is OK */
  const char *patient_id, *plan_label, *plan_uid; /* "" if unknown */
  int32_t fractions;      /* 0 if unknown */
  int32_t has_structures; /* 0 or 1 */
  double prescription_gy; /* 0 if unknown */
  size_t roi_count, dose_count, input_count, finding_count;
} dosegate_case_info;

DOSEGATE_EXPORT int32_t dosegate_case_get(dosegate_session session, size_t case_index,
                                          dosegate_case_info *out) DOSEGATE_NOEXCEPT;

typedef struct dosegate_roi_info {
  uint32_t struct_size;
  int32_t number;
  const char *name;
  const char *interpreted_type; /* "" if the file gives none */
  size_t contours;              /* of any kind */
  size_t closed_contours;
  /* For people only, a rule never takes a ROI because of it: what AAPM TG-263 calls it, "" if nothing is
   * near; and how that differs from the name: "TG-263 name", "other case", "reverse order", "similar" ... */
  const char *tg263, *tg263_how;
} dosegate_roi_info;

DOSEGATE_EXPORT int32_t dosegate_case_roi(dosegate_session session, size_t case_index, size_t index,
                                          dosegate_roi_info *out) DOSEGATE_NOEXCEPT;

typedef struct dosegate_dose_info {
  uint32_t struct_size;
  int32_t reserved;
  const char *source;    /* file */
  const char *type;      /* PHYSICAL, EFFECTIVE, ... */
  const char *summation; /* PLAN, FRACTION, BEAM, ... */
  uint64_t voxels[3];    /* along x, y, z where the grid is parallel to the patient axes */
  double maximum_gy;     /* as stored, before any fraction or beam arithmetic */
} dosegate_dose_info;

DOSEGATE_EXPORT int32_t dosegate_case_dose(dosegate_session session, size_t case_index, size_t index,
                                           dosegate_dose_info *out) DOSEGATE_NOEXCEPT;

typedef struct dosegate_input_info {
  uint32_t struct_size;
  int32_t reserved;
  const char *path, *sop_class, *sop_instance_uid, *sha256;
} dosegate_input_info;

DOSEGATE_EXPORT int32_t dosegate_case_input(dosegate_session session, size_t case_index, size_t index,
                                            dosegate_input_info *out) DOSEGATE_NOEXCEPT;

/* Something odd that did not stop the work. */
typedef struct dosegate_finding {
  uint32_t struct_size;
  int32_t severity;  /* DOSEGATE_INFO, _WARNING, _ERROR */
  const char *code;  /* stable, "dose-fraction-as-total" */
  const char *text;  /* one sentence */
  const char *where; /* file, tag or ROI; may be "" */
} dosegate_finding;

DOSEGATE_EXPORT int32_t dosegate_case_finding(dosegate_session session, size_t case_index, size_t index,
                                              dosegate_finding *out) DOSEGATE_NOEXCEPT;

/* Findings of the last dosegate_read() that belong to no single case (files left out, duplicates). */
DOSEGATE_EXPORT int32_t dosegate_read_finding_count(dosegate_session session, size_t *out) DOSEGATE_NOEXCEPT;
DOSEGATE_EXPORT int32_t dosegate_read_finding(dosegate_session session, size_t index,
                                              dosegate_finding *out) DOSEGATE_NOEXCEPT;

/* ---- cases from memory ------------------------------------------------------------------------------- */

/* A case without files: begin it, add its dose and its structures in any order, finish it. From then on it is
 * a case like any other. All that is handed over is copied before the call returns. plugin/ABI.md draws the
 * arrays. A call that fails leaves the builder as it was. */

/* A case that is being put together. Opaque as the other handles; lives until it is finished or discarded. */
typedef uint64_t dosegate_builder;

/* The elements of an array. In all of these enums 0 is no value: what was not stated is refused. */
enum {
  DOSEGATE_F32 = 1, /* IEEE 754 single */
  DOSEGATE_F64 = 2, /* IEEE 754 double */
  DOSEGATE_U16 = 3,
  DOSEGATE_U32 = 4,
  DOSEGATE_U64 = 5
};

enum { DOSEGATE_UNIT_GY = 1, DOSEGATE_UNIT_CGY = 2 };

/* Physical, or weighted for its biological effect already: that one is never converted to BED or EQD2. */
enum { DOSEGATE_PHYSICAL_DOSE = 1, DOSEGATE_EFFECTIVE_DOSE = 2 };

enum { DOSEGATE_COURSE_DOSE = 1, DOSEGATE_ONE_FRACTION_DOSE = 2 };

/* Where voxels are. The centre of voxel (i, j, k) is, with index = {i, j, k},
 *     origin_mm[c] + sum over axes a of direction[3*a + c] * spacing_mm[a] * index[a],   c = x, y, z
 * in the DICOM patient coordinate system (LPS: x to the patient's left, y to the back, z to the head), mm. So
 * `direction` holds the directions of axis 0, 1 and 2 one after the other: three unit vectors at right angles
 * (to 1e-6), which may be permuted, turned round or tilted; 1,0,0, 0,1,0, 0,0,1 for axes along x, y and z.
 * Stands inside other structs, so it has no size of its own and never grows. */
typedef struct dosegate_lattice {
  uint64_t size[3];     /* voxels along each axis, 1 or more */
  double origin_mm[3];  /* centre of voxel (0, 0, 0) */
  double spacing_mm[3]; /* between centres, above 0; the depth of the voxel where there is only one */
  double direction[9];
} dosegate_lattice;

typedef struct dosegate_new_case {
  uint32_t struct_size;
  int32_t fractions;      /* of the plan; 0 = unknown */
  double prescription_gy; /* 0 = unknown */
  /* NULL or "" = unknown. The frame of reference is needed where doses of several plans are added. */
  const char *patient_id, *plan_label, *plan_uid, *frame_of_reference_uid;
} dosegate_new_case;

/* Begins a case; `info` may be NULL. Errors: ARGUMENT_INVALID (a negative or non-finite number). */
DOSEGATE_EXPORT int32_t dosegate_case_begin(dosegate_session session, const dosegate_new_case *info,
                                            dosegate_builder *out) DOSEGATE_NOEXCEPT;

/* The dose of voxel (i, j, k) is (value * scale + offset) in `unit`. A dose of one fraction is multiplied by
 * the case's number of fractions when it is added. */
typedef struct dosegate_new_dose {
  uint32_t struct_size;
  int32_t element;         /* DOSEGATE_F32, _F64, _U16, _U32 */
  dosegate_lattice lattice;
  const void *values;      /* of voxel (0, 0, 0); need not be aligned */
  uint64_t byte_count;     /* of the memory that may be read from `values` on */
  uint64_t stride_bytes[3]; /* from a voxel to the next along each axis; 0,0,0 = packed, axis 0 fastest, and
                              byte_count is then exactly that of the voxels */
  double scale, offset;    /* scale above 0; 1 and 0 where the values are the dose */
  int32_t unit;            /* DOSEGATE_UNIT_GY, _CGY */
  int32_t holds;           /* DOSEGATE_COURSE_DOSE, DOSEGATE_ONE_FRACTION_DOSE */
  int32_t type;            /* DOSEGATE_PHYSICAL_DOSE, DOSEGATE_EFFECTIVE_DOSE */
  int32_t fractions;       /* in which this dose is given; 0 = the case's. Of a case with several doses and a number of
                              fractions each must say it */
} dosegate_new_dose;

/* Adds a dose. A case with several (a first series and its boost) is evaluated as the sum of them, each BED and
 * EQD2 converted with the dose's own number of fractions, as dosegate_options.add_cases does for plans; then the
 * case as a whole has no number of fractions, and its prescription is that of the sum. Doses given in the same fractions are one dose: hand over their sum.
 * An evaluation refuses options that contradict what was stated here (601). Negative doses are kept,
 * with a finding, as in files. Errors: ARGUMENT_INVALID (NULL, a value that is none of the header's, memory that
 * does not fit the sizes), 207 (the unit is not stated), 300 (sizes, spacing or direction make no lattice; a dose that is
 * not a finite number), 402 (one fraction of an unknown number), HANDLE_INVALID. */
DOSEGATE_EXPORT int32_t dosegate_case_add_dose(dosegate_session session, dosegate_builder builder,
                                               const dosegate_new_dose *dose) DOSEGATE_NOEXCEPT;

/* What each way of giving a structure begins with. Stands inside other structs and never grows. */
typedef struct dosegate_label {
  const char *name;             /* not empty */
  const char *interpreted_type; /* as RTROIInterpretedType (3006,00A4): PTV, GTV, ORGAN ...; NULL = none */
} dosegate_label;

/* Closed contours, as in an RT Structure Set: those of one plane are taken together by the even-odd rule, so
 * that a contour inside another is a hole; the planes are parallel and may have any orientation. */
typedef struct dosegate_contours {
  uint32_t struct_size;
  int32_t number; /* of the ROI; each once in a case */
  dosegate_label label;
  const double *points_mm;      /* x, y, z of each point, contour after contour; patient coordinates */
  size_t point_count;           /* of all contours together */
  const size_t *contour_points; /* number of points of each contour, above 0; they add up to point_count */
  size_t contour_count;         /* 0, with no points: a structure that was named and not drawn. Hand it over, do not
                                   leave it out: a rule on it, or on a glob such as GTV* that takes it, is then UNKNOWN
                                   as it is for files, and not judged without it */
} dosegate_contours;

/* Adds a structure that was drawn. Errors: ARGUMENT_INVALID (NULL, no name, a number that is taken, an empty
 * contour, counts that disagree), 304 (a point that is not a finite number), HANDLE_INVALID. What the contours
 * enclose is looked at when the case is evaluated, as for files. */
DOSEGATE_EXPORT int32_t dosegate_case_add_contours(dosegate_session session, dosegate_builder builder,
                                                   const dosegate_contours *contours) DOSEGATE_NOEXCEPT;

/* A structure as voxels. It is exactly the boxes of its voxels, half a spacing to each side of their centres,
 * whatever end caps and interpolation are asked for. The dose inside a box is interpolated like everywhere
 * else: counting voxels by the dose at their centres gives the same volume and other doses where dose bends
 * (unless dosegate_options.dose_interpolation is DOSEGATE_DOSE_VOXEL). */
typedef struct dosegate_mask {
  uint32_t struct_size;
  int32_t number;
  dosegate_label label;
  dosegate_lattice lattice; /* spacing 0.1 mm or more */
  const uint8_t *voxels;    /* of voxel (0, 0, 0): not 0 = inside */
  uint64_t byte_count;      /* of the memory that may be read from `voxels` on */
  uint64_t stride_bytes[3]; /* as in dosegate_new_dose */
} dosegate_mask;

/* Adds a structure that is a mask. Errors: ARGUMENT_INVALID (as above), 300 (sizes, spacing or direction make
 * no lattice), 301 (no voxel is inside), HANDLE_INVALID. */
DOSEGATE_EXPORT int32_t dosegate_case_add_mask(dosegate_session session, dosegate_builder builder,
                                               const dosegate_mask *mask) DOSEGATE_NOEXCEPT;

/* A structure as the numbers of its voxels: that of voxel (i, j, k) is
 *     first_index + i + size[0] * (j + size[1] * k)
 * in any order; one that comes twice counts once. Axis 0 is always the fastest; it need not be x. */
typedef struct dosegate_voxel_list {
  uint32_t struct_size;
  int32_t number;
  dosegate_label label;
  dosegate_lattice lattice; /* spacing 0.1 mm or more */
  const void *indices;      /* need not be aligned */
  size_t index_count;
  int32_t element;     /* DOSEGATE_U32, _U64, or _F64 with whole numbers */
  int32_t first_index; /* of voxel (0, 0, 0): 0, or 1 as in MATLAB, Julia and Fortran */
} dosegate_voxel_list;

/* Adds a structure that is a list of voxels. Errors: as for a mask; ARGUMENT_INVALID also for a number that is
 * not one of the lattice's. */
DOSEGATE_EXPORT int32_t dosegate_case_add_voxels(dosegate_session session, dosegate_builder builder,
                                                 const dosegate_voxel_list *voxels) DOSEGATE_NOEXCEPT;

/* Makes the case the session's last one; results and the other cases stay. The builder is gone. Errors:
 * 213 (no dose), 214 (no structure), HANDLE_INVALID. */
DOSEGATE_EXPORT int32_t dosegate_case_finish(dosegate_session session, dosegate_builder builder,
                                             size_t *out_case_index) DOSEGATE_NOEXCEPT;

/* Throws away what was begun. Errors: HANDLE_INVALID. */
DOSEGATE_EXPORT int32_t dosegate_case_discard(dosegate_session session,
                                              dosegate_builder builder) DOSEGATE_NOEXCEPT;

/* ---- options ----------------------------------------------------------------------------------------- */

enum { DOSEGATE_FRACTION_DOSE_AUTO = 0, DOSEGATE_FRACTION_DOSE_TOTAL = 1, DOSEGATE_FRACTION_DOSE_ONE = 2 };
/* What lies beyond the end planes of a structure: a prism of half the nominal plane spacing; nothing; such a
 * prism of at most 1.5 mm; half a spacing rounded off (2/3 of the prism). */
enum {
  DOSEGATE_END_CAPS_HALF = 0,
  DOSEGATE_END_CAPS_NONE = 1,
  DOSEGATE_END_CAPS_CAPPED_1_5 = 2,
  DOSEGATE_END_CAPS_ROUNDED = 3
};
/* What lies between contour planes: each plane's prism to the midpoints; the planes' outlines interpolated
 * linearly; by cubics through the four nearest planes. */
enum { DOSEGATE_INTERPOLATION_SLAB = 0, DOSEGATE_INTERPOLATION_BLEND = 1, DOSEGATE_INTERPOLATION_CUBIC = 2 };

/* What the dose is between the centres of its voxels: interpolated linearly along each axis; or each voxel's value
 * throughout the voxel, as systems have it that count voxels. With the latter, metrics of a mask on the dose's own
 * grid are those of such a count; an evaluation has a finding that names it. */
enum { DOSEGATE_DOSE_LINEAR = 0, DOSEGATE_DOSE_VOXEL = 1 };

typedef struct dosegate_options {
  uint32_t struct_size;
  int32_t fractions;      /* instead of the plan's; 0 = the plan's */
  double prescription_gy; /* instead of the plan's; 0 = the plan's */
  int32_t fraction_dose;  /* what a dose of DoseSummationType FRACTION holds */
  int32_t end_caps;
  uint32_t workers; /* threads at most; 0 = as many as the machine has. The result does not depend on it. */
  uint32_t reserved;
  const char *const *protocols; /* built-in ids or file paths; none = the default protocol */
  size_t protocol_count;
  const char *const *map; /* "RULE_NAME=ROI_NAME" or "RULE_NAME=#ROI_NUMBER" */
  size_t map_count;
  /* "key=value": site, child_pugh, ... A file context.yaml in the plan's folder holds for the keys that are
   * not given here; the evaluation's findings and inputs name it. */
  const char *const *context;
  size_t context_count;
  int32_t interpolation;
  int32_t dose_interpolation; /* DOSEGATE_DOSE_LINEAR, _VOXEL; not for a sum of cases */
  /* End caps and interpolation by name: "dosegate" (the default), or an approximation of another system,
   * "as-eclipse", "as-mim", "as-proknow", "as-raystation". NULL or "" = by the two members. Refused together
   * with an end_caps or interpolation other than 0. Results name it, and an evaluation with another than the
   * default has a finding. */
  const char *convention;
  /* A YAML file of the site's own structure names (`aliases: {Liver: [Leber]}`); NULL or "" = none. Tried
   * after a structure's own name and before the protocol's aliases. Results list it among their inputs. */
  const char *aliases;
  /* Further cases whose doses are added to that of the case that is named in the call: several plans of one
   * patient as one course. Each is converted with its own number of fractions before it is added; `fractions`
   * must be 0. The prescriptions are added only where all plans name one ROI as their target; else the sum's
   * is unknown, unless `prescription_gy` gives it. */
  const size_t *add_cases;
  size_t add_case_count;
  /* If not NULL: in results, findings and a batch, the patient's ID and name, plan labels, UIDs, paths and hashes of
   * input files are replaced by pseudonyms, HMAC-SHA-256 with these bytes, also where they stand in other texts. One
   * key gives one pseudonym for one identity. At least 16 bytes (else DOSEGATE_OPTION_INVALID); read during the call
   * only. What dosegate_read and the functions for cases say is not changed; dosegate_listen and dosegate_watch refuse
   * a key (DOSEGATE_OPTION_INVALID): they keep the files that they receive and records by UID. */
  const void *deidentify_key;
  size_t deidentify_key_length;
} dosegate_options;

/* ---- names ------------------------------------------------------------------------------------------- */

/* Which ROIs a rule would take, without measuring anything. */
typedef struct dosegate_rule_names {
  uint32_t struct_size;
  uint32_t reserved;
  const char *protocol, *rule;
  const char *structure; /* as the rule writes it */
  const char *roi;       /* the ROIs it would take, joined by " + "; "" = it would be UNKNOWN */
  const char *how;       /* why these, or why none */
} dosegate_rule_names;

/* Matches the names of every rule of the protocols in `options` (NULL = all defaults; also used: map,
 * aliases) with the ROIs of a case and keeps the answer until the next call of this function or of
 * dosegate_read(). `out`: how many rules. Errors: those of reading protocols, map and alias file. */
DOSEGATE_EXPORT int32_t dosegate_case_names(dosegate_session session, size_t case_index,
                                            const dosegate_options *options, size_t *out) DOSEGATE_NOEXCEPT;
/* Rule `index` of the last dosegate_case_names(). Texts live as long as its answer. */
DOSEGATE_EXPORT int32_t dosegate_case_names_get(dosegate_session session, size_t index,
                                                dosegate_rule_names *out) DOSEGATE_NOEXCEPT;

/* ---- evaluation -------------------------------------------------------------------------------------- */

enum {
  /* 0 is no verdict: a struct of zeros says nothing. */
  DOSEGATE_PASS = 1,
  DOSEGATE_VARIATION = 2,     /* goal missed, acceptable variation met */
  DOSEGATE_FAIL = 3,
  DOSEGATE_UNKNOWN = 4,       /* could not be evaluated: never a pass */
  DOSEGATE_NOT_APPLICABLE = 5 /* the rule does not hold for this plan */
};

/* Evaluates a case against the protocols of `options` (NULL = all defaults). A rule that cannot be
 * evaluated is a result, UNKNOWN with its reason. */
DOSEGATE_EXPORT int32_t dosegate_evaluate(dosegate_session session, size_t case_index,
                                          const dosegate_options *options,
                                          dosegate_result *out) DOSEGATE_NOEXCEPT;

/* How far every dose of the plan, and its prescription, could be multiplied by one number, the number of
 * fractions unchanged, before a verdict changes. Looked for from 0.1 to 10. By the values themselves: low and
 * high are not looked at. Stands inside other structs, so it has no size of its own and never grows. */
typedef struct dosegate_headroom {
  double up, down;                      /* up to and down to here it stays; 0 = it does not change that far */
  int32_t verdict_above, verdict_below; /* just beyond; 0 = it does not change that far */
  /* Where the verdict is not PASS: the nearest numbers at which it is, with every required rule that applies
   * now still applying; 0 and 0 = none. */
  double pass_from, pass_to;
} dosegate_headroom;

typedef struct dosegate_evaluation_info {
  uint32_t struct_size;
  int32_t verdict;            /* of the plan: the worst of its required rules */
  const char *verdict_reason; /* one sentence */
  const char *patient_id, *plan_label;
  int32_t fractions; /* 0 if unknown */
  int32_t reserved;
  double prescription_gy, bed_gy, eqd2_gy; /* 0 if unknown */
  double alpha_beta_gy;
  const char *protocols; /* "hcc-rt-ici 1.0" ... joined by ", " */
  size_t rule_count, plan_check_count, structure_count, finding_count;
  dosegate_headroom headroom; /* of the plan's verdict */
  /* As dosegate_rule.headroom_text, with the rules that change; one sentence where it was not looked for. */
  const char *headroom_text;
} dosegate_evaluation_info;

DOSEGATE_EXPORT int32_t dosegate_evaluation_get(dosegate_session session, dosegate_result result,
                                                dosegate_evaluation_info *out) DOSEGATE_NOEXCEPT;

/* Bits of dosegate_rule.present: which of the numbers hold something. */
enum {
  DOSEGATE_HAS_VALUE = 1,
  DOSEGATE_HAS_LOW = 2,
  DOSEGATE_HAS_HIGH = 4,
  DOSEGATE_HAS_LIMIT = 8,
  DOSEGATE_HAS_VARIATION = 16
};

typedef struct dosegate_rule {
  uint32_t struct_size;
  int32_t verdict;
  int32_t required;   /* 1 required, 0 advisory */
  int32_t borderline; /* 1 if a limit lies between low and high */
  const char *protocol, *id, *label, *text;
  const char *structure; /* as the rule writes it */
  const char *roi;       /* the ROIs taken, joined by " + "; "" if none */
  const char *metric;    /* of the test that decided; "" if nothing could be measured */
  const char *measured;  /* "17.53 Gy", with enough digits never to contradict the verdict; "" if none */
  const char *beside;    /* for Max: "D0.03cc is 35.04 Gy", shown beside it; it decides nothing */
  const char *limit;     /* "<= 18 | 20" */
  const char *unit;      /* "Gy", "cGy", "%", "cc"; "" for a ratio (CI, CN, HI, GI) */
  const char *branch; /* for alternatives: the one that decided */
  const char *reason; /* "" for a plain pass */
  const char *source; /* citation */
  const char *note;
  double value, low, high, goal, variation; /* unrounded; see `present` */
  uint32_t present;
  uint32_t reserved;
  dosegate_headroom headroom; /* zeros where the verdict is NOT_APPLICABLE */
  /* "PASS up to x1.083 (54.15 Gy), then FAIL"; "" where the verdict is NOT_APPLICABLE, or where it was not
   * looked for */
  const char *headroom_text;
} dosegate_rule;

DOSEGATE_EXPORT int32_t dosegate_evaluation_rule(dosegate_session session, dosegate_result result,
                                                 size_t index, dosegate_rule *out) DOSEGATE_NOEXCEPT;

typedef struct dosegate_plan_check {
  uint32_t struct_size;
  int32_t verdict;
  int32_t required;
  int32_t reserved;
  const char *protocol, *id, *label, *text, *reason, *source, *note;
} dosegate_plan_check;

DOSEGATE_EXPORT int32_t dosegate_evaluation_plan_check(dosegate_session session, dosegate_result result,
                                                       size_t index,
                                                       dosegate_plan_check *out) DOSEGATE_NOEXCEPT;

/* Findings of the evaluation, those of the case and of the last dosegate_read() among them. */
DOSEGATE_EXPORT int32_t dosegate_evaluation_finding(dosegate_session session, dosegate_result result,
                                                    size_t index, dosegate_finding *out) DOSEGATE_NOEXCEPT;

/* ---- DVHs -------------------------------------------------------------------------------------------- */

typedef struct dosegate_dvh_request {
  uint32_t struct_size;
  uint32_t reserved;
  const char *const *structures; /* expressions: "Liver - GTV*"; none = every ROI */
  size_t structure_count;
  const char *const *metrics; /* "D95%[Gy]", "V5Gy[cc]", "Max[Gy]@EQD2(ab=3)" */
  size_t metric_count;
} dosegate_dvh_request;

/* Curves and metrics of structures, without a protocol (options->protocols and ->context are not used). */
DOSEGATE_EXPORT int32_t dosegate_dvh(dosegate_session session, size_t case_index,
                                     const dosegate_dvh_request *request, const dosegate_options *options,
                                     dosegate_result *out) DOSEGATE_NOEXCEPT;

typedef struct dosegate_dvh_info {
  uint32_t struct_size;
  uint32_t reserved;
  const char *patient_id, *plan_label;
  size_t structure_count, metric_count, finding_count;
} dosegate_dvh_info;

DOSEGATE_EXPORT int32_t dosegate_dvh_get(dosegate_session session, dosegate_result result,
                                         dosegate_dvh_info *out) DOSEGATE_NOEXCEPT;

enum { DOSEGATE_HAS_DVH = 32, DOSEGATE_HAS_DOSE = 64 };

typedef struct dosegate_dvh_structure {
  uint32_t struct_size;
  uint32_t present;   /* HAS_DVH: volumes hold; HAS_DOSE: the whole structure has dose, the doses hold */
  const char *name;
  const char *reason; /* why there is no DVH or no dose; "" otherwise */
  double volume_cc, uncovered_cc, mean_gy, min_gy, max_gy;
} dosegate_dvh_structure;

DOSEGATE_EXPORT int32_t dosegate_dvh_get_structure(dosegate_session session, dosegate_result result,
                                                   size_t index,
                                                   dosegate_dvh_structure *out) DOSEGATE_NOEXCEPT;

typedef struct dosegate_metric {
  uint32_t struct_size;
  uint32_t present;   /* HAS_VALUE, HAS_LOW, HAS_HIGH */
  const char *metric; /* canonical text */
  const char *unit;   /* as in dosegate_rule */
  const char *reason; /* why there is no value; "" otherwise */
  double value, low, high;
} dosegate_metric;

DOSEGATE_EXPORT int32_t dosegate_dvh_metric(dosegate_session session, dosegate_result result,
                                            size_t structure_index, size_t metric_index,
                                            dosegate_metric *out) DOSEGATE_NOEXCEPT;

/* The curve of a structure, read at doses of the host's choice into the host's memory: volumes_cc[i] is the
 * volume that receives doses_gy[i] or more (of the part that has dose), exact, not read off bins. `count` of
 * each. Errors: ARGUMENT_INVALID (NULL, a structure without a DVH, a dose that is not a finite number); then
 * nothing was written. */
DOSEGATE_EXPORT int32_t dosegate_dvh_curve(dosegate_session session, dosegate_result result,
                                           size_t structure_index, const double *doses_gy, size_t count,
                                           double *volumes_cc) DOSEGATE_NOEXCEPT;

DOSEGATE_EXPORT int32_t dosegate_dvh_finding(dosegate_session session, dosegate_result result, size_t index,
                                             dosegate_finding *out) DOSEGATE_NOEXCEPT;

/* ---- reports ----------------------------------------------------------------------------------------- */

enum {
  DOSEGATE_JSON = 0,        /* check or dvh */
  DOSEGATE_CSV = 1,         /* evaluation: one row a rule; dvh: the curves */
  DOSEGATE_METRICS_CSV = 2, /* dvh: one row a structure and metric */
  DOSEGATE_HTML = 3,        /* check: the report to read and sign, one file that asks for nothing else */
  DOSEGATE_PDF = 4,         /* check: the same for print: bytes, not text */
  DOSEGATE_JUNIT = 5,       /* check: JUnit XML, one suite a protocol of the plan */
  DOSEGATE_DICOM_PDF = 6,   /* check: a DICOM file with that PDF, to be filed with the plan: bytes, not text */
  DOSEGATE_DICOM_SR = 7     /* check: a DICOM file with the numbers as a structured report: bytes, not text */
};

/* The result as text; the same bytes as the command line writes. DOSEGATE_PDF and the DICOM formats are no text: their
 * bytes hold NULs, so take *length of them. Lives as long as the result. Errors: ARGUMENT_INVALID for a format that
 * the result does not have; 101 for a PDF where no font is installed; for the DICOM formats 204 where no plan and study
 * are named (a case from memory), 205 where a UID or the Patient ID is no valid value. */
DOSEGATE_EXPORT int32_t dosegate_render(dosegate_session session, dosegate_result result, int32_t format,
                                        const char **text, size_t *length) DOSEGATE_NOEXCEPT;

/* The same bytes into a file: under a temporary name beside it, then renamed, so that under `path` there is the
 * whole result or what was there before. Errors: as dosegate_render(); FILE_UNWRITABLE (a
 * device or a folder is no file). */
DOSEGATE_EXPORT int32_t dosegate_write(dosegate_session session, dosegate_result result, int32_t format,
                                       const char *path) DOSEGATE_NOEXCEPT;

/* Takes `count` bytes; non-zero = no more. Must not call into the same session. */
typedef int32_t (*dosegate_sink)(void *user, const void *bytes, size_t count);

/* The same bytes, in pieces in their order, to a function of the host: on the calling thread, during the call.
 * Errors: as dosegate_render(); DOSEGATE_CANCELLED where the function wants no more. */
DOSEGATE_EXPORT int32_t dosegate_send(dosegate_session session, dosegate_result result, int32_t format,
                                      dosegate_sink sink, void *user) DOSEGATE_NOEXCEPT;

DOSEGATE_EXPORT int32_t dosegate_result_release(dosegate_session session,
                                                dosegate_result result) DOSEGATE_NOEXCEPT;

/* ---- batches ----------------------------------------------------------------------------------------- */

/* Bits of dosegate_batch_request.reports: what is written of each plan beside its JSON. */
enum {
  DOSEGATE_REPORT_HTML = 1,
  DOSEGATE_REPORT_PDF = 2,
  DOSEGATE_REPORT_CSV = 4,
  DOSEGATE_REPORT_JUNIT = 8
};

/* What became of one plan of a batch, or of a file that gave none. Texts live during the callback. */
typedef struct dosegate_batch_plan {
  uint32_t struct_size;
  int32_t verdict;    /* DOSEGATE_PASS ...; 0 = it was not checked: `reason` says why */
  int32_t kept;       /* 1: done before with the same files, protocols, options and version */
  int32_t unreadable; /* 1: not checked because a file cannot be read */
  const char *key;    /* the plan's SOP Instance UID; a path where there is none */
  const char *reason; /* of the verdict, or of why there is none; it may name files */
  const char *folder; /* of the plan's files, below the batch's; "" if it was not checked */
} dosegate_batch_plan;

typedef struct dosegate_batch_request {
  uint32_t struct_size;
  uint32_t reports;         /* bits of the enum above; 0 = JSON alone */
  const char *const *roots; /* files and folders, with all that is below them */
  size_t root_count;
  const char *out;          /* folder to write to; made if it is not there */
  uint32_t workers;         /* plans checked at a time; 0 = as many as the machine has processors */
  uint32_t shard, shards;   /* only part 1..shards of the plans, split by their UIDs; 0 and 0 = all */
  int32_t anew;             /* 1: check every plan, whatever was done before */
  /* May be NULL. Called on the calling thread for each plan that is done. Must not call into the session. */
  void (*plan_done)(void *user, const dosegate_batch_plan *plan);
  void *user;               /* handed to plan_done */
} dosegate_batch_request;

/* How many plans; `pass` to `unknown` are the verdicts of `checked`. */
typedef struct dosegate_batch_summary {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t checked, refused, unreadable;
  uint64_t pass, variation, fail, unknown;
  uint64_t kept;    /* of these: done before */
  uint64_t removed; /* done before, and not in the folders any more */
  uint64_t structure_sets_unused, other_files; /* found beside the plans */
} dosegate_batch_summary;

/* Checks all plans below some folders: result.json and the reports that were asked for in a folder for each plan, and
 * for all of them results.sqlite, rules.csv, index.html and, last, summary.json. Goes on where an earlier call was
 * stopped or died; what was done with the same files, protocols, options and version is kept. `options` as in
 * dosegate_evaluate() (NULL = all defaults; without add_cases; `workers` is not used). The session's cases and results stay. Stages of progress:
 * "looking", "linking", "checking". A plan that cannot be checked never stops the batch. Errors: those of
 * reading protocols and options, 2xx where there is no plan at all, FILE_UNWRITABLE (the disk is full, another batch
 * works in `out`), CANCELLED; then what was done stays done. */
DOSEGATE_EXPORT int32_t dosegate_batch(dosegate_session session, const dosegate_batch_request *request,
                                       const dosegate_options *options,
                                       dosegate_batch_summary *out) DOSEGATE_NOEXCEPT;

/* Puts the parts of a batch (request->roots: their folders, all of them) together in request->out: the same bytes as
 * of a batch that was not split. Stage of progress: "merging". Errors: OPTION_INVALID (a part is missing, given twice, not
 * complete or of another batch), 101, FILE_UNWRITABLE, CANCELLED. */
DOSEGATE_EXPORT int32_t dosegate_merge(dosegate_session session, const dosegate_batch_request *request,
                                       dosegate_batch_summary *out) DOSEGATE_NOEXCEPT;

/* ---- plans that arrive ------------------------------------------------------------------------------- */

/* Both calls check each plan once, when its plan, structure set and dose are there and nothing of it changed for
 * `quiet_seconds`; after ten times as long it is checked as it is, and the refusal says what is missing. What arrives
 * for it later makes it checked again. In `out`: plans/NAME/ as dosegate_batch() writes them, and
 * checks/NAME.json, a record of each check; both outlive the call, and the next one with the same `out` goes on
 * from there. `options` as in dosegate_batch(). A plan that cannot be checked never ends the call.
 *
 * They return DOSEGATE_OK when dosegate_cancel() is called on another thread, or progress (stage "waiting", several times a
 * second unless a plan is checked) returns non-zero; what is in hand is finished first. Log and plan_done are called
 * on the calling thread; the log names senders and files of ours, and no patient. */

typedef struct dosegate_listen_request {
  uint32_t struct_size;
  uint32_t reports;      /* bits of DOSEGATE_REPORT_HTML ...; 0 = JSON alone */
  const char *aet;       /* our AE title; who calls another is refused */
  const char *out;       /* folder to write to; made if it is not there. What arrived is in received/ */
  const char *const *allowed; /* who may send: "AET@HOST"; everybody else is refused, with none everybody */
  size_t allowed_count;
  uint64_t quota_bytes;  /* of all files in received/; 0 = 10 GiB */
  double quiet_seconds;  /* 0 = 10 */
  const char *tls_certificate, *tls_key, *tls_authorities; /* PEM files, all three or none (plain DICOM) */
  uint32_t port;         /* 0 = any that is free; the log tells which */
  uint32_t reserved;
  void (*plan_done)(void *user, const dosegate_batch_plan *plan); /* as in dosegate_batch_request */
  void *user;
} dosegate_listen_request;

/* Receives by DICOM (C-STORE, C-ECHO) on every interface of the machine, from those on the list alone, as many as 8 at a
 * time. With TLS, senders need a certificate of one of the authorities, and plain DICOM is refused. An
 * object beyond the quota is refused (0xA700), and one that cannot be read (0xC000). Errors: OPTION_INVALID (what cannot be
 * meant), FILE_UNWRITABLE (the port belongs to somebody else; another call works in `out`), those of protocols. */
DOSEGATE_EXPORT int32_t dosegate_listen(dosegate_session session, const dosegate_listen_request *request,
                                        const dosegate_options *options) DOSEGATE_NOEXCEPT;

typedef struct dosegate_watch_request {
  uint32_t struct_size;
  uint32_t reports;     /* as above */
  const char *folder;   /* that a planning system exports into, with all that is below it */
  const char *out;      /* as above */
  double quiet_seconds; /* 0 = 10; a file that changed within that time is still being copied and is not read */
  void (*plan_done)(void *user, const dosegate_batch_plan *plan);
  void *user;
} dosegate_watch_request;

/* Looks into a folder again and again; nothing in it is moved or changed. Errors: as dosegate_listen(); 101 where the
 * folder is not there. */
DOSEGATE_EXPORT int32_t dosegate_watch(dosegate_session session, const dosegate_watch_request *request,
                                       const dosegate_options *options) DOSEGATE_NOEXCEPT;

/* ---- the table --------------------------------------------------------------------------------------- */

/* All functions, for hosts that look up one symbol only. Members are added at the end and never removed
 * within a major version; struct_size tells how many there are. */
typedef struct dosegate_api {
  uint32_t struct_size;
  uint32_t major;
  const char *(*version)(void);
  int32_t (*session_create)(const dosegate_host *, dosegate_session *);
  int32_t (*session_destroy)(dosegate_session);
  const char *(*last_error)(dosegate_session);
  int32_t (*cancel)(dosegate_session);
  int32_t (*protocol_count)(dosegate_session, size_t *);
  int32_t (*protocol_get)(dosegate_session, size_t, dosegate_protocol_info *);
  int32_t (*protocol_text)(dosegate_session, const char *, const char **, size_t *);
  int32_t (*read)(dosegate_session, const char *const *, size_t, int32_t, size_t *);
  int32_t (*case_get)(dosegate_session, size_t, dosegate_case_info *);
  int32_t (*case_roi)(dosegate_session, size_t, size_t, dosegate_roi_info *);
  int32_t (*case_dose)(dosegate_session, size_t, size_t, dosegate_dose_info *);
  int32_t (*case_input)(dosegate_session, size_t, size_t, dosegate_input_info *);
  int32_t (*case_finding)(dosegate_session, size_t, size_t, dosegate_finding *);
  int32_t (*read_finding_count)(dosegate_session, size_t *);
  int32_t (*read_finding)(dosegate_session, size_t, dosegate_finding *);
  int32_t (*evaluate)(dosegate_session, size_t, const dosegate_options *, dosegate_result *);
  int32_t (*evaluation_get)(dosegate_session, dosegate_result, dosegate_evaluation_info *);
  int32_t (*evaluation_rule)(dosegate_session, dosegate_result, size_t, dosegate_rule *);
  int32_t (*evaluation_plan_check)(dosegate_session, dosegate_result, size_t, dosegate_plan_check *);
  int32_t (*evaluation_finding)(dosegate_session, dosegate_result, size_t, dosegate_finding *);
  int32_t (*dvh)(dosegate_session, size_t, const dosegate_dvh_request *, const dosegate_options *,
                 dosegate_result *);
  int32_t (*dvh_get)(dosegate_session, dosegate_result, dosegate_dvh_info *);
  int32_t (*dvh_get_structure)(dosegate_session, dosegate_result, size_t, dosegate_dvh_structure *);
  int32_t (*dvh_metric)(dosegate_session, dosegate_result, size_t, size_t, dosegate_metric *);
  int32_t (*dvh_finding)(dosegate_session, dosegate_result, size_t, dosegate_finding *);
  int32_t (*render)(dosegate_session, dosegate_result, int32_t, const char **, size_t *);
  int32_t (*result_release)(dosegate_session, dosegate_result);
  int32_t (*protocol_lint)(dosegate_session, const char *, size_t *);
  int32_t (*protocol_lint_get)(dosegate_session, size_t, dosegate_protocol_finding *);
  int32_t (*case_names)(dosegate_session, size_t, const dosegate_options *, size_t *);
  int32_t (*case_names_get)(dosegate_session, size_t, dosegate_rule_names *);
  int32_t (*goals_import)(dosegate_session, const char *, const char **, size_t *, size_t *);
  int32_t (*goals_import_note)(dosegate_session, size_t, dosegate_import_note *);
  int32_t (*case_begin)(dosegate_session, const dosegate_new_case *, dosegate_builder *);
  int32_t (*case_add_dose)(dosegate_session, dosegate_builder, const dosegate_new_dose *);
  int32_t (*case_add_contours)(dosegate_session, dosegate_builder, const dosegate_contours *);
  int32_t (*case_add_mask)(dosegate_session, dosegate_builder, const dosegate_mask *);
  int32_t (*case_add_voxels)(dosegate_session, dosegate_builder, const dosegate_voxel_list *);
  int32_t (*case_finish)(dosegate_session, dosegate_builder, size_t *);
  int32_t (*case_discard)(dosegate_session, dosegate_builder);
  int32_t (*protocol_add)(dosegate_session, const char *, const char *, size_t);
  int32_t (*protocol_find)(dosegate_session, const char *, dosegate_protocol_info *);
  int32_t (*dvh_curve)(dosegate_session, dosegate_result, size_t, const double *, size_t, double *);
  int32_t (*write)(dosegate_session, dosegate_result, int32_t, const char *);
  int32_t (*send)(dosegate_session, dosegate_result, int32_t, dosegate_sink, void *);
  int32_t (*batch)(dosegate_session, const dosegate_batch_request *, const dosegate_options *,
                   dosegate_batch_summary *);
  int32_t (*merge)(dosegate_session, const dosegate_batch_request *, dosegate_batch_summary *);
  int32_t (*listen)(dosegate_session, const dosegate_listen_request *, const dosegate_options *);
  int32_t (*watch)(dosegate_session, const dosegate_watch_request *, const dosegate_options *);
} dosegate_api;

/* The table for a major version of the interface, or NULL if this library does not have it. Any thread; the
 * table lives as long as the library is loaded. */
DOSEGATE_EXPORT const dosegate_api *dosegate_get_api(uint32_t major) DOSEGATE_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
