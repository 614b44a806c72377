// The table holds the very functions that are exported; check_exports.py compares names and types.
#include <map>

#include "plugin_session.h"

namespace dosegate::plugin_test {
namespace {

TEST(Api, IsThereForItsOwnVersionOnly) {
  ASSERT_NE(dosegate_get_api(DOSEGATE_API_MAJOR), nullptr);
  EXPECT_EQ(dosegate_get_api(DOSEGATE_API_MAJOR), dosegate_get_api(DOSEGATE_API_MAJOR));
  EXPECT_EQ(dosegate_get_api(0), nullptr);
  EXPECT_EQ(dosegate_get_api(DOSEGATE_API_MAJOR + 1), nullptr);
  EXPECT_EQ(dosegate_get_api(0xFFFFFFFFU), nullptr);
}

TEST(Api, SaysItsSizeAndVersion) {
  const dosegate_api* api = dosegate_get_api(DOSEGATE_API_MAJOR);
  EXPECT_EQ(api->struct_size, sizeof(dosegate_api));
  EXPECT_EQ(api->major, static_cast<uint32_t>(DOSEGATE_API_MAJOR));
  const std::string version = std::to_string(DOSEGATE_VERSION_MAJOR) + "." +
                              std::to_string(DOSEGATE_VERSION_MINOR) + "." +
                              std::to_string(DOSEGATE_VERSION_PATCH);
  EXPECT_EQ(dosegate_version(), version);
  EXPECT_EQ(api->version(), dosegate_version());
}

TEST(Api, HoldsEachExportedFunction) {
  const dosegate_api* api = dosegate_get_api(DOSEGATE_API_MAJOR);
  std::size_t compared = 0;
#define EXPECT_ENTRY(name) \
  ++compared;              \
  EXPECT_EQ(api->name, &dosegate_##name)
  EXPECT_ENTRY(version);
  EXPECT_ENTRY(session_create);
  EXPECT_ENTRY(session_destroy);
  EXPECT_ENTRY(last_error);
  EXPECT_ENTRY(cancel);
  EXPECT_ENTRY(protocol_count);
  EXPECT_ENTRY(protocol_get);
  EXPECT_ENTRY(protocol_text);
  EXPECT_ENTRY(read);
  EXPECT_ENTRY(case_get);
  EXPECT_ENTRY(case_roi);
  EXPECT_ENTRY(case_dose);
  EXPECT_ENTRY(case_input);
  EXPECT_ENTRY(case_finding);
  EXPECT_ENTRY(read_finding_count);
  EXPECT_ENTRY(read_finding);
  EXPECT_ENTRY(evaluate);
  EXPECT_ENTRY(evaluation_get);
  EXPECT_ENTRY(evaluation_rule);
  EXPECT_ENTRY(evaluation_plan_check);
  EXPECT_ENTRY(evaluation_finding);
  EXPECT_ENTRY(dvh);
  EXPECT_ENTRY(dvh_get);
  EXPECT_ENTRY(dvh_get_structure);
  EXPECT_ENTRY(dvh_metric);
  EXPECT_ENTRY(dvh_finding);
  EXPECT_ENTRY(render);
  EXPECT_ENTRY(result_release);
  EXPECT_ENTRY(protocol_lint);
  EXPECT_ENTRY(protocol_lint_get);
  EXPECT_ENTRY(case_names);
  EXPECT_ENTRY(case_names_get);
  EXPECT_ENTRY(goals_import);
  EXPECT_ENTRY(goals_import_note);
  EXPECT_ENTRY(case_begin);
  EXPECT_ENTRY(case_add_dose);
  EXPECT_ENTRY(case_add_contours);
  EXPECT_ENTRY(case_add_mask);
  EXPECT_ENTRY(case_add_voxels);
  EXPECT_ENTRY(case_finish);
  EXPECT_ENTRY(case_discard);
  EXPECT_ENTRY(protocol_add);
  EXPECT_ENTRY(protocol_find);
  EXPECT_ENTRY(dvh_curve);
  EXPECT_ENTRY(write);
  EXPECT_ENTRY(send);
  EXPECT_ENTRY(batch);
  EXPECT_ENTRY(merge);
  EXPECT_ENTRY(listen);
  EXPECT_ENTRY(watch);
#undef EXPECT_ENTRY
  // The two numbers at the start take the room of one pointer.
  EXPECT_EQ(sizeof(dosegate_api), (compared + 1) * sizeof(void*))
      << "an entry is not compared here";
}

}  // namespace
}  // namespace dosegate::plugin_test
