// The C interface: cases that a host puts together from arrays in memory.
#include "wall.h"

using namespace dosegate;
using namespace dosegate::plugin;

namespace {

CaseBuilder& builder_at(Session& session, dosegate_builder handle) {
  CaseBuilder* builder = session.builders().find(handle);
  if (builder == nullptr) refuse(DOSEGATE_HANDLE_INVALID, "The builder is not valid (any more).");
  return *builder;
}

// What is added must say what it is; a case may be begun with nothing.
template <class Struct>
Struct given(const Struct* in) {
  require_argument(in != nullptr, "The struct that says what to add is NULL.");
  return taken(in);
}

}  // namespace

extern "C" {

int32_t dosegate_case_begin(dosegate_session handle, const dosegate_new_case* info,
                            dosegate_builder* out) noexcept {
  return call(handle, [&](Session& session) {
    require_argument(out != nullptr, "An out-parameter is NULL.");
    *out = session.builders().add(std::make_unique<CaseBuilder>(taken(info)));
  });
}

int32_t dosegate_case_add_dose(dosegate_session handle, dosegate_builder builder,
                               const dosegate_new_dose* dose) noexcept {
  return call(handle,
              [&](Session& session) { builder_at(session, builder).add_dose(given(dose)); });
}

int32_t dosegate_case_add_contours(dosegate_session handle, dosegate_builder builder,
                                   const dosegate_contours* contours) noexcept {
  return call(handle, [&](Session& session) {
    builder_at(session, builder).add_contours(given(contours));
  });
}

int32_t dosegate_case_add_mask(dosegate_session handle, dosegate_builder builder,
                               const dosegate_mask* mask) noexcept {
  return call(handle,
              [&](Session& session) { builder_at(session, builder).add_mask(given(mask)); });
}

int32_t dosegate_case_add_voxels(dosegate_session handle, dosegate_builder builder,
                                 const dosegate_voxel_list* voxels) noexcept {
  return call(handle,
              [&](Session& session) { builder_at(session, builder).add_voxels(given(voxels)); });
}

int32_t dosegate_case_finish(dosegate_session handle, dosegate_builder builder,
                             size_t* out_case_index) noexcept {
  return call(handle, [&](Session& session) {
    CaseBuilder& made = builder_at(session, builder);
    require_argument(out_case_index != nullptr, "An out-parameter is NULL.");
    CaseBuilder::Made finished = made.finish();
    session.log(finished.whole.findings);
    *out_case_index = session.add_case(std::move(finished.whole), std::move(finished.parts));
    session.builders().release(builder);
  });
}

int32_t dosegate_case_discard(dosegate_session handle, dosegate_builder builder) noexcept {
  return call(handle, [&](Session& session) {
    builder_at(session, builder);
    session.builders().release(builder);
  });
}

}  // extern "C"
