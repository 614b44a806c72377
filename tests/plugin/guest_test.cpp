// The library is a guest in the host's process: it prints nothing and leaves locale, signals and
// floating-point mode as they are.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cfenv>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <locale>

#include "plugin_session.h"

namespace dosegate::plugin_test {
namespace {

namespace fs = std::filesystem;

// A folder for one test, gone at its end.
class Folder {
 public:
  Folder()
      : path_(fs::path(::testing::TempDir()) / ("dosegate_guest_" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }
  [[nodiscard]] std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return (path_ / name).string();
  }

 private:
  fs::path path_;
};

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What goes to standard output and standard error while one of these lives.
class Captured {
 public:
  explicit Captured(const fs::path& file) : file_(file) {
    std::fflush(stdout);
    std::fflush(stderr);
    target_ = ::open(file.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    for (std::size_t i = 0; i < saved_.size(); ++i) {
      saved_[i] = ::dup(static_cast<int>(i) + 1);
      ::dup2(target_, static_cast<int>(i) + 1);
    }
  }
  std::string stop() {
    std::fflush(stdout);
    std::fflush(stderr);
    for (std::size_t i = 0; i < saved_.size(); ++i) {
      ::dup2(saved_[i], static_cast<int>(i) + 1);
      ::close(saved_[i]);
    }
    ::close(target_);
    return content_of(file_);
  }

 private:
  fs::path file_;
  int target_ = -1;
  std::array<int, 2> saved_{};
};

// Every way of failing that a file can cause, none of which may print.
void read_what_is_broken(const Folder& folder) {
  const std::string dose = content_of(fs::path(small_sample()) / "RTDOSE.dcm");
  const std::string structures = content_of(fs::path(small_sample()) / "RTSTRUCT.dcm");
  ASSERT_FALSE(dose.empty());
  ASSERT_FALSE(structures.empty());
  std::string garbled = structures;
  for (std::size_t i = 1000; i < garbled.size(); i += 97) garbled[i] = '\xFF';
  const std::vector<std::string> files = {
      folder.write("empty.dcm", ""),
      folder.write("text.dcm", "this is no DICOM file\n"),
      folder.write("half_dose.dcm", dose.substr(0, dose.size() / 2)),
      folder.write("half_structures.dcm", structures.substr(0, structures.size() / 2)),
      folder.write("head_only.dcm", structures.substr(0, 200)),
      folder.write("garbled.dcm", garbled),
      (folder.path() / "absent.dcm").string(),
  };
  const Session session;
  std::size_t count = 0;
  for (const std::string& file : files) {
    const char* path = file.c_str();
    (void)dosegate_read(session, &path, 1, DOSEGATE_READ_ANYTHING, &count);
    (void)dosegate_read(session, &path, 1, DOSEGATE_READ_COMPLETE, &count);
  }
  const std::string whole = folder.path().string();
  const char* path = whole.c_str();
  (void)dosegate_read(session, &path, 1, DOSEGATE_READ_ANYTHING, &count);
  dosegate_result result = 0;
  (void)dosegate_evaluate(session, 0, nullptr, &result);
}

void evaluate_what_is_good(std::string& json) {
  Session session;
  session.read({small_sample()});
  const dosegate_result quick = session.quick();
  json = session.render(session.evaluate()) + session.render(quick) +
         session.render(quick, DOSEGATE_CSV) + session.render(quick, DOSEGATE_METRICS_CSV);
}

TEST(Guest, PrintsNothing) {
  const Folder folder;
  Captured captured(folder.path() / "printed");
  std::string json;
  read_what_is_broken(folder);
  evaluate_what_is_good(json);
  EXPECT_EQ(captured.stop(), "");
  EXPECT_FALSE(json.empty());
}

class DecimalComma : public std::numpunct<char> {
  [[nodiscard]] char do_decimal_point() const override { return ','; }
  [[nodiscard]] char do_thousands_sep() const override { return '.'; }
  [[nodiscard]] std::string do_grouping() const override { return "\3"; }
};

TEST(Guest, GivesTheSameBytesUnderAHostsStreamLocale) {
  std::string expected, under_comma;
  evaluate_what_is_good(expected);
  const std::locale before =
      std::locale::global(std::locale(std::locale::classic(), new DecimalComma));
  evaluate_what_is_good(under_comma);
  const std::locale after = std::locale::global(before);
  EXPECT_EQ(under_comma, expected);
  EXPECT_EQ(std::use_facet<std::numpunct<char>>(after).decimal_point(), ',')
      << "the host's locale stays";
}

// A German locale: an installed one, or one made for this test where localedef has its sources.
bool set_german_locale(const Folder& folder) {
  for (const char* name : {"de_DE.UTF-8", "de_DE"}) {
    if (std::setlocale(LC_ALL, name) != nullptr) return true;
  }
  const std::string made = (folder.path() / "de_DE.UTF-8").string();
  if (std::system(("localedef -i de_DE -f UTF-8 '" + made + "' >/dev/null 2>&1").c_str()) != 0)
    return false;
  ::setenv("LOCPATH", folder.path().c_str(), 1);
  const bool taken = std::setlocale(LC_ALL, "de_DE.UTF-8") != nullptr;
  ::unsetenv("LOCPATH");
  return taken;
}

TEST(Guest, GivesTheSameBytesUnderAHostsCLocale) {
  const Folder folder;
  std::string expected, under_comma;
  evaluate_what_is_good(expected);
  if (!set_german_locale(folder)) {
    GTEST_SKIP() << "This machine has no locale with a decimal comma and cannot make one.";
  }
  evaluate_what_is_good(under_comma);
  const std::string point = std::localeconv()->decimal_point;
  std::setlocale(LC_ALL, "C");
  EXPECT_EQ(point, ",") << "the host's locale stays";
  EXPECT_EQ(under_comma, expected);
}

// All that belongs to the process and that a library could change on the quiet.
struct ProcessState {
  std::string locale = std::setlocale(LC_ALL, nullptr);
  std::string folder = fs::current_path().string();
  int rounding = std::fegetround();
  std::vector<std::pair<void (*)(int), int>> signals;  // handler and flags
  fenv_t floating_point{};

  ProcessState() {
    for (int signal = 1; signal < NSIG; ++signal) {
      struct sigaction action;
      std::memset(&action, 0, sizeof action);
      if (::sigaction(signal, nullptr, &action) != 0) continue;
      signals.emplace_back(action.sa_handler, action.sa_flags);
    }
    std::fegetenv(&floating_point);
  }
};

TEST(Guest, LeavesLocaleSignalsFolderAndFloatingPointModeAsTheyAre) {
  const Folder folder;
  // A host's own choice, which must be there afterwards: round upward.
  ASSERT_EQ(std::fesetround(FE_UPWARD), 0);
  const ProcessState before;
  read_what_is_broken(folder);
  std::string json;
  evaluate_what_is_good(json);
  const ProcessState after;
  std::fesetround(FE_TONEAREST);
  EXPECT_EQ(after.locale, before.locale);
  EXPECT_EQ(after.folder, before.folder);
  EXPECT_EQ(after.rounding, before.rounding);
  EXPECT_TRUE(after.signals == before.signals);
#if defined(__x86_64__)
  // Control bits of MXCSR: flush-to-zero, rounding, masks. The six lowest are the flags of what
  // happened.
  constexpr unsigned kFlags = 0x3FU;
  EXPECT_EQ(after.floating_point.__mxcsr & ~kFlags, before.floating_point.__mxcsr & ~kFlags);
  EXPECT_EQ(after.floating_point.__control_word, before.floating_point.__control_word);
#endif
}

}  // namespace
}  // namespace dosegate::plugin_test
