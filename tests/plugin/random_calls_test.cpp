// Every function of the table in 100 000 random calls: the status that the header promises, no
// crash, and out-parameters left alone by a call that fails.
#include <array>
#include <cstring>
#include <type_traits>

#include "memory_case.h"
#include "random_calls.h"

namespace dosegate::plugin_test {
namespace {

constexpr int kCalls = 100'000;
constexpr std::uint64_t kSeed = 5;
constexpr std::size_t kFewestSessions = 2, kMostSessions = 4;
constexpr std::uint64_t kSpared = 100;  // one of so many calls that do real work is let through

template <class Struct>
std::array<unsigned char, sizeof(Struct)> bytes(const Struct& of) {
  std::array<unsigned char, sizeof(Struct)> copy{};
  std::memcpy(copy.data(), &of, sizeof of);
  return copy;
}

class Caller {
 public:
  void call_at_random();

 private:
  /// The status of `call(out)`; what a call that fails leaves in `out` must be what was there.
  template <class Call>
  static int32_t keeps(std::uint64_t& out, Call call) {
    constexpr std::uint64_t kBefore = 77;
    out = kBefore;
    const int32_t status = call();
    if (status != DOSEGATE_OK) {
      EXPECT_EQ(out, kBefore);
    }
    return status;
  }
  template <class Struct, class Call>
  int32_t into(const Drawn& drawn, Call call) {
    static_assert(std::is_trivially_copyable_v<Struct>);
    Struct out;
    std::memset(static_cast<void*>(&out), 0x5A, sizeof out);
    out.struct_size =
        drawn.bad == Bad::Unsized ? static_cast<uint32_t>(book_.below(8)) : sizeof out;
    const auto before = bytes(out);
    const int32_t status = call(drawn.bad == Bad::Null ? nullptr : &out);
    if (status != DOSEGATE_OK) {
      EXPECT_EQ(bytes(out), before);
    }
    return status;
  }
  /// A struct of which all pointers are null, whatever the counts beside them are.
  template <class Struct, class Call>
  int32_t from(const Drawn& drawn, Call call) {
    auto in = sized<Struct>();
    if (drawn.bad == Bad::Unsized) in.struct_size = static_cast<uint32_t>(book_.below(8));
    return call(in, drawn.bad == Bad::Null ? nullptr : &in);
  }

  void count_row(const char* name, int32_t (*f)(dosegate_session, std::size_t*)) {
    rows_.push_back({name, Needs::Session, [this, f](const Drawn& d) {
                       std::size_t out = 0;
                       const auto call = [&] {
                         return f(d.session, d.bad == Bad::None ? &out : nullptr);
                       };
                       return keeps(out, call);
                     }});
  }
  template <class Struct>
  Row& item_row(const char* name, int32_t (*f)(dosegate_session, std::size_t, Struct*)) {
    rows_.push_back({name, Needs::Session, [this, f](const Drawn& d) {
                       return into<Struct>(d,
                                           [&](Struct* out) { return f(d.session, d.index, out); });
                     }});
    rows_.back().indices = 1;
    return rows_.back();
  }
  template <class Struct>
  void case_item_row(const char* name,
                     int32_t (*f)(dosegate_session, std::size_t, std::size_t, Struct*)) {
    rows_.push_back({name, Needs::Session, [this, f](const Drawn& d) {
                       return into<Struct>(
                           d, [&](Struct* out) { return f(d.session, d.index, d.index_2, out); });
                     }});
    rows_.back().indices = 2;
  }
  template <class Struct>
  void result_row(const char* name, int32_t (*f)(dosegate_session, dosegate_result, Struct*)) {
    rows_.push_back({name, Needs::Result, [this, f](const Drawn& d) {
                       return into<Struct>(
                           d, [&](Struct* out) { return f(d.session, d.handle, out); });
                     }});
  }
  template <class Struct>
  void result_item_row(const char* name,
                       int32_t (*f)(dosegate_session, dosegate_result, std::size_t, Struct*)) {
    rows_.push_back({name, Needs::Result, [this, f](const Drawn& d) {
                       return into<Struct>(
                           d, [&](Struct* out) { return f(d.session, d.handle, d.index, out); });
                     }});
    rows_.back().indices = 1;
  }
  template <class Struct, class Fill>
  void add_row(const char* name, int32_t (*f)(dosegate_session, dosegate_builder, const Struct*),
               Fill fill) {
    rows_.push_back({name, Needs::Builder, [this, f, fill](const Drawn& d) {
                       return from<Struct>(d, [&](Struct& in, const Struct* given) {
                         fill(in, d);
                         const int32_t status = f(d.session, d.handle, given);
                         EXPECT_NE(status, DOSEGATE_OK) << "there was nothing to add";
                         return status;
                       });
                     }});
  }

  void library_rows();
  void text_rows();
  void case_rows();
  void work_rows();
  void result_rows();
  void builder_rows();
  void furnish(dosegate_session session);
  void keep_some_alive();

  const dosegate_api& api_ = *dosegate_get_api(DOSEGATE_API_MAJOR);
  CallBook book_{kSeed};
  std::vector<Row> rows_;
};

/// A case of eight voxels, its DVHs and its evaluation, and a case that is begun.
void Caller::furnish(dosegate_session session) {
  const dosegate_lattice grid = lattice({2, 2, 2}, {0, 0, 0}, {2, 2, 2});
  const std::vector<double> doses(8, 1.0);
  const std::vector<uint8_t> voxels(8, 1);
  const dosegate_new_dose dose = dose_of(grid, doses);
  const dosegate_mask mask = mask_of(grid, voxels);
  dosegate_builder builder = 0;
  std::size_t index = 0;
  ASSERT_EQ(api_.case_begin(session, nullptr, &builder), DOSEGATE_OK);
  ASSERT_EQ(api_.case_add_dose(session, builder, &dose), DOSEGATE_OK);
  ASSERT_EQ(api_.case_add_mask(session, builder, &mask), DOSEGATE_OK);
  ASSERT_EQ(api_.case_finish(session, builder, &index), DOSEGATE_OK);
  book_.bury(builder);
  dosegate_result result = 0;
  ASSERT_EQ(api_.dvh(session, index, nullptr, nullptr, &result), DOSEGATE_OK);
  book_.find(session)->results.insert(result);
  ASSERT_EQ(api_.evaluate(session, index, nullptr, &result), DOSEGATE_OK);
  book_.find(session)->results.insert(result);
  ASSERT_EQ(api_.case_begin(session, nullptr, &builder), DOSEGATE_OK);
  book_.find(session)->builders.insert(builder);
}

/// As many sessions as there should be, each with results and a case that is begun.
void Caller::keep_some_alive() {
  while (book_.sessions() < kFewestSessions) {
    dosegate_session session = 0;
    ASSERT_EQ(api_.session_create(nullptr, &session), DOSEGATE_OK);
    book_.add(session);
  }
  while (book_.sessions() > kMostSessions) {
    const dosegate_session session = book_.any_session();
    ASSERT_EQ(api_.session_destroy(session), DOSEGATE_OK);
    book_.bury_session(session);
  }
  if (book_.below(50) != 0) return;  // a session without results is worth a few calls too
  const dosegate_session session = book_.any_session();
  if (book_.find(session)->results.empty()) furnish(session);
}

void Caller::library_rows() {
  rows_.push_back({"version", Needs::Nothing, [this](const Drawn&) {
                     return std::strcmp(api_.version(), dosegate_version()) == 0
                                ? DOSEGATE_OK
                                : DOSEGATE_INTERNAL;
                   }});
  rows_.back().pointer = false;
  rows_.push_back({"session_create", Needs::Nothing, [this](const Drawn& d) {
                     return from<dosegate_host>(d, [&](dosegate_host&, const dosegate_host* host) {
                       dosegate_session made = 0;
                       const int32_t status = keeps(
                           made, [&] { return api_.session_create(host, host ? &made : nullptr); });
                       if (status == DOSEGATE_OK) book_.add(made);
                       return status;
                     });
                   }});
  rows_.back().working = true;
  rows_.push_back({"session_destroy", Needs::Session, [this](const Drawn& d) {
                     const bool alive = book_.find(d.session) != nullptr;
                     const int32_t status = api_.session_destroy(d.session);
                     if (alive && status == DOSEGATE_OK) book_.bury_session(d.session);
                     return status;
                   }});
  rows_.back().pointer = false;
  rows_.back().working = rows_.back().forgiving = true;
  rows_.push_back({"last_error", Needs::Session, [this](const Drawn& d) {
                     const char* text = api_.last_error(d.session);
                     if (text == nullptr) return DOSEGATE_INTERNAL;
                     const bool refused = std::strcmp(text, "The session is not valid. [800]") == 0;
                     return refused ? DOSEGATE_HANDLE_INVALID : DOSEGATE_OK;
                   }});
  rows_.back().pointer = false;
  rows_.push_back(
      {"cancel", Needs::Session, [this](const Drawn& d) { return api_.cancel(d.session); }});
  rows_.back().pointer = false;
}

void Caller::text_rows() {
  count_row("protocol_count", api_.protocol_count);
  item_row("protocol_get", api_.protocol_get).working = true;
  item_row("protocol_lint_get", api_.protocol_lint_get);
  item_row("goals_import_note", api_.goals_import_note);
  // One of the pointers is null where the draw is bad.
  rows_.push_back({"protocol_text", Needs::Session, [this](const Drawn& d) {
                     const char* text = nullptr;
                     std::size_t length = 0;
                     const std::uint64_t hole = d.bad == Bad::None ? 3 : book_.below(3);
                     return keeps(length, [&] {
                       return api_.protocol_text(d.session,
                                                 hole == 0      ? nullptr
                                                 : d.index == 0 ? "hcc-rt-ici"
                                                                : "no such file",
                                                 hole == 1 ? nullptr : &text,
                                                 hole == 2 ? nullptr : &length);
                     });
                   }});
  rows_.back().working = true;
  rows_.push_back({"protocol_lint", Needs::Session, [this](const Drawn& d) {
                     std::size_t count = 0;
                     const std::uint64_t hole = d.bad == Bad::None ? 2 : book_.below(2);
                     return keeps(count, [&] {
                       return api_.protocol_lint(d.session,
                                                 hole == 0      ? nullptr
                                                 : d.index == 0 ? "hcc-rt-ici"
                                                                : "no such file",
                                                 hole == 1 ? nullptr : &count);
                     });
                   }});
  rows_.back().working = true;
  rows_.push_back({"protocol_add", Needs::Session, [this](const Drawn& d) {
                     // No such text is a protocol; whoever is given one keeps the names apart.
                     const std::string text(d.index_2 % 50, 'x');
                     const std::uint64_t hole = d.bad == Bad::None ? 2 : book_.below(2);
                     const int32_t status =
                         api_.protocol_add(d.session, hole == 0 ? nullptr : "any",
                                           hole == 1 ? nullptr : text.c_str(), text.size());
                     EXPECT_NE(status, DOSEGATE_OK);
                     return status;
                   }});
  rows_.push_back({"protocol_find", Needs::Session, [this](const Drawn& d) {
                     return into<dosegate_protocol_info>(d, [&](dosegate_protocol_info* out) {
                       const bool there = d.index == 0 || d.bad != Bad::None;
                       return api_.protocol_find(d.session, there ? "hcc-rt-ici" : "no such file",
                                                 out);
                     });
                   }});
  rows_.back().working = true;
  rows_.push_back({"goals_import", Needs::Session, [this](const Drawn& d) {
                     const char* text = nullptr;
                     std::size_t length = 0, notes = 0;
                     const std::uint64_t hole = d.bad == Bad::None ? 4 : book_.below(4);
                     return keeps(length, [&] {
                       return api_.goals_import(d.session, hole == 0 ? nullptr : "no such file",
                                                hole == 1 ? nullptr : &text,
                                                hole == 2 ? nullptr : &length,
                                                hole == 3 ? nullptr : &notes);
                     });
                   }});
}

void Caller::case_rows() {
  item_row("case_get", api_.case_get);
  case_item_row("case_roi", api_.case_roi);
  case_item_row("case_dose", api_.case_dose);
  case_item_row("case_input", api_.case_input);
  case_item_row("case_finding", api_.case_finding);
  count_row("read_finding_count", api_.read_finding_count);
  item_row("read_finding", api_.read_finding);
  item_row("case_names_get", api_.case_names_get);
  rows_.push_back(
      {"read", Needs::Session, [this](const Drawn& d) {
         const char* const paths[] = {d.bad == Bad::Unsized ? nullptr : "no such folder"};
         std::size_t count = 0;
         const int32_t status = keeps(count, [&] {
           return api_.read(d.session, paths, 1, d.number, d.bad == Bad::Null ? nullptr : &count);
         });
         Owned* owned = book_.find(d.session);
         // Even where nothing can be read, nobody may take the earlier plans for it.
         if (owned != nullptr && status != DOSEGATE_ARGUMENT_INVALID) {
           book_.bury_all(owned->results);
         }
         return status;
       }});
  rows_.back().working = true;
}

/// Options with any numbers, and null pointers beside counts.
dosegate_options any_options(const Drawn& d) {
  auto options = sized<dosegate_options>();
  options.workers = 1;
  if (d.bad == Bad::Unsized) options.struct_size = 7;
  if (d.number == 0) return options;
  options.fractions = d.number;
  options.prescription_gy = d.number;
  options.fraction_dose = options.end_caps = options.interpolation = d.number;
  if (d.number > 2) options.protocol_count = options.map_count = options.context_count = d.index_2;
  if (d.number > 3) options.add_case_count = d.index_2;
  if (d.number > 4) options.deidentify_key_length = d.index_2;
  return options;
}

void Caller::work_rows() {
  // An index far away is refused as one only where the options are in order.
  const auto work_row = [this](const char* name, auto call) {
    rows_.push_back({name, Needs::Session, [this, call](const Drawn& d) {
                       std::uint64_t out = 0;
                       const dosegate_options options = any_options(d);
                       const bool plain = d.index >= kFar && d.bad != Bad::Unsized;
                       const int32_t status = keeps(out, [&] {
                         return call(d, plain ? nullptr : &options,
                                     d.bad == Bad::Null ? nullptr : &out);
                       });
                       return status;
                     }});
    rows_.back().indices = 1;
    rows_.back().working = true;
  };
  const auto kept = [this](const Drawn& d, int32_t status, const dosegate_result* made) {
    if (status == DOSEGATE_OK) book_.find(d.session)->results.insert(*made);
    return status;
  };
  work_row("evaluate", [this, kept](const Drawn& d, const dosegate_options* o, uint64_t* out) {
    return kept(d, api_.evaluate(d.session, d.index, o, out), out);
  });
  work_row("dvh", [this, kept](const Drawn& d, const dosegate_options* o, uint64_t* out) {
    return kept(d, api_.dvh(d.session, d.index, nullptr, o, out), out);
  });
  work_row("case_names", [this](const Drawn& d, const dosegate_options* o, uint64_t* out) {
    return api_.case_names(d.session, d.index, o, out);
  });
}

void Caller::result_rows() {
  result_row("evaluation_get", api_.evaluation_get);
  result_item_row("evaluation_rule", api_.evaluation_rule);
  result_item_row("evaluation_plan_check", api_.evaluation_plan_check);
  result_item_row("evaluation_finding", api_.evaluation_finding);
  result_row("dvh_get", api_.dvh_get);
  result_item_row("dvh_get_structure", api_.dvh_get_structure);
  result_item_row("dvh_finding", api_.dvh_finding);
  rows_.push_back({"dvh_metric", Needs::Result, [this](const Drawn& d) {
                     return into<dosegate_metric>(d, [&](dosegate_metric* out) {
                       return api_.dvh_metric(d.session, d.handle, d.index, d.index_2, out);
                     });
                   }});
  rows_.back().indices = 2;
  rows_.push_back({"render", Needs::Result, [this](const Drawn& d) {
                     const char* text = nullptr;
                     std::size_t length = 0;
                     return keeps(length, [&] {
                       return api_.render(d.session, d.handle, d.number,
                                          d.bad == Bad::Null ? nullptr : &text,
                                          d.bad == Bad::Unsized ? nullptr : &length);
                     });
                   }});
  rows_.push_back({"dvh_curve", Needs::Result, [this](const Drawn& d) {
                     const double dose_gy = 1.0;
                     double volume_cc = 77.0;
                     const int32_t status = api_.dvh_curve(
                         d.session, d.handle, d.index, d.bad == Bad::Null ? nullptr : &dose_gy, 1,
                         d.bad == Bad::Unsized ? nullptr : &volume_cc);
                     if (status != DOSEGATE_OK) {
                       EXPECT_EQ(volume_cc, 77.0);
                     }
                     return status;
                   }});
  rows_.back().indices = 1;
  rows_.push_back({"write", Needs::Result, [this](const Drawn& d) {
                     // A folder that is not there: nothing is ever written.
                     const char* path = d.bad == Bad::Unsized ? "" : "/no/such/folder/of/tests";
                     return api_.write(d.session, d.handle, d.number,
                                       d.bad == Bad::Null ? nullptr : path);
                   }});
  rows_.push_back({"send", Needs::Result, [this](const Drawn& d) {
                     std::size_t sent = 0;
                     const dosegate_sink sink = [](void* user, const void*, std::size_t n) {
                       *static_cast<std::size_t*>(user) += n;
                       return int32_t{0};
                     };
                     const int32_t status = api_.send(d.session, d.handle, d.number,
                                                      d.bad == Bad::None ? sink : nullptr, &sent);
                     EXPECT_EQ(sent > 0, status == DOSEGATE_OK);
                     return status;
                   }});
  // A folder that nobody can make: nothing is ever written.
  const auto batch_row = [this](const Drawn& d, bool merge) {
    return from<dosegate_batch_request>(d, [&](auto& in, const auto* given) {
      static const char* const root = "/no/such/folder/of/tests";
      in.roots = d.index == 0 ? nullptr : &root;
      in.root_count = d.index;
      in.out = d.index_2 == 0 ? nullptr : "/dev/null/of_tests";
      in.reports = static_cast<uint32_t>(d.number);
      in.anew = d.number;
      dosegate_batch_summary out{};
      out.struct_size = sizeof out;
      if (in.root_count > 1) in.root_count = 1;
      return merge ? api_.merge(d.session, given, given == nullptr ? nullptr : &out)
                   : api_.batch(d.session, given, nullptr, given == nullptr ? nullptr : &out);
    });
  };
  rows_.push_back(
      {"batch", Needs::Session, [batch_row](const Drawn& d) { return batch_row(d, false); }});
  rows_.push_back(
      {"merge", Needs::Session, [batch_row](const Drawn& d) { return batch_row(d, true); }});
  // The same folder: nothing is ever served.
  const auto arriving = [](auto& in, const Drawn& d) {
    in.reports = static_cast<uint32_t>(d.number);
    in.out = d.index_2 == 0 ? nullptr : "/dev/null/of_tests";
    in.quiet_seconds = d.number;
  };
  rows_.push_back({"listen", Needs::Session, [this, arriving](const Drawn& d) {
                     return from<dosegate_listen_request>(d, [&](auto& in, const auto* given) {
                       static const char* const caller = "TPS@127.0.0.1";
                       arriving(in, d);
                       in.aet = d.index_2 == 1 ? nullptr : "DOSEGATE";
                       in.allowed = d.index == 0 ? nullptr : &caller;
                       in.allowed_count = std::min<std::size_t>(d.index, 1);
                       in.port = static_cast<uint32_t>(d.number);
                       return api_.listen(d.session, given, nullptr);
                     });
                   }});
  rows_.push_back({"watch", Needs::Session, [this, arriving](const Drawn& d) {
                     return from<dosegate_watch_request>(d, [&](auto& in, const auto* given) {
                       arriving(in, d);
                       in.folder = d.index == 0 ? nullptr : "/no/such/folder/of/tests";
                       return api_.watch(d.session, given, nullptr);
                     });
                   }});
  rows_.push_back({"result_release", Needs::Result, [this](const Drawn& d) {
                     const int32_t status = api_.result_release(d.session, d.handle);
                     if (status == DOSEGATE_OK) {
                       book_.find(d.session)->results.erase(d.handle);
                       book_.bury(d.handle);
                     }
                     return status;
                   }});
  rows_.back().pointer = false;
  rows_.back().working = true;
}

void Caller::builder_rows() {
  const auto any_lattice = [](dosegate_lattice& of, const Drawn& d) {
    of = lattice({d.index, d.index_2, 1 + d.index % 3}, {0, 0, 0}, {1, 1, 1});
  };
  rows_.push_back({"case_begin", Needs::Session, [this](const Drawn& d) {
                     return from<dosegate_new_case>(d, [&](auto& in, const auto* given) {
                       in.fractions = d.number;
                       std::uint64_t out = 0;
                       const int32_t status = keeps(out, [&] {
                         return api_.case_begin(d.session, given,
                                                given == nullptr ? nullptr : &out);
                       });
                       if (status == DOSEGATE_OK) book_.find(d.session)->builders.insert(out);
                       return status;
                     });
                   }});
  add_row<dosegate_new_dose>("case_add_dose", api_.case_add_dose, [=](auto& in, const Drawn& d) {
    any_lattice(in.lattice, d);
    in.element = in.unit = in.holds = in.type = d.number;
    in.scale = 1.0;
    in.byte_count = d.index * d.index_2;
  });
  add_row<dosegate_contours>("case_add_contours", api_.case_add_contours,
                             [](auto& in, const Drawn& d) {
                               in.label.name = "Any";
                               in.point_count = d.index;
                               // None at all would be a structure that was not drawn.
                               in.contour_count = d.index_2 % 1000 + 1;
                             });
  add_row<dosegate_mask>("case_add_mask", api_.case_add_mask, [=](auto& in, const Drawn& d) {
    any_lattice(in.lattice, d);
    in.label.name = "Any";
    in.byte_count = d.index * d.index_2 * (1 + d.index % 3);
  });
  add_row<dosegate_voxel_list>("case_add_voxels", api_.case_add_voxels,
                               [=](auto& in, const Drawn& d) {
                                 any_lattice(in.lattice, d);
                                 in.label.name = "Any";
                                 in.index_count = d.index_2;
                                 in.element = in.first_index = d.number;
                               });
  rows_.push_back({"case_finish", Needs::Builder, [this](const Drawn& d) {
                     std::size_t index = 0;
                     return keeps(index, [&] {
                       return api_.case_finish(d.session, d.handle,
                                               d.bad == Bad::None ? &index : nullptr);
                     });
                   }});
  rows_.push_back({"case_discard", Needs::Builder, [this](const Drawn& d) {
                     const int32_t status = api_.case_discard(d.session, d.handle);
                     if (status == DOSEGATE_OK) {
                       book_.find(d.session)->builders.erase(d.handle);
                       book_.bury(d.handle);
                     }
                     return status;
                   }});
  rows_.back().pointer = false;
}

void Caller::call_at_random() {
  library_rows();
  text_rows();
  case_rows();
  work_rows();
  result_rows();
  builder_rows();
  // The two numbers at the start of the table take the room of one pointer.
  ASSERT_EQ(sizeof(dosegate_api), (rows_.size() + 1) * sizeof(void*)) << "a function is not called";
  for (int n = 0; n < kCalls;) {
    keep_some_alive();
    Row& row = rows_[book_.below(rows_.size())];
    const Drawn drawn = book_.draw(row);
    const Due due = book_.due(row, drawn);
    if (row.working && due == Due::Served && book_.below(kSpared) != 0) continue;
    judge(row, due, row.call(drawn));
    ASSERT_FALSE(::testing::Test::HasFailure())
        << "call " << n << ", " << row.name << ", session " << drawn.session << ", handle "
        << drawn.handle << ", indices " << drawn.index << " " << drawn.index_2 << ", number "
        << drawn.number;
    ++n;
  }
  for (const Row& row : rows_) {
    EXPECT_GT(row.served, 0) << row.name << " was never called with all in order";
    EXPECT_TRUE(row.refused > 0 || row.needs == Needs::Nothing) << row.name;
  }
  while (book_.sessions() > 0) {
    const dosegate_session session = book_.any_session();
    EXPECT_EQ(api_.session_destroy(session), DOSEGATE_OK);
    book_.bury_session(session);
  }
}

TEST(RandomCalls, ReturnWhatTheHeaderSaysAndNeverCrash) {
  Caller caller;
  caller.call_at_random();
}

}  // namespace
}  // namespace dosegate::plugin_test
