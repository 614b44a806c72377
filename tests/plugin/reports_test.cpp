// Results as bytes: the same in memory, in a file and through a function of the host; and curves.
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

#include "memory_case.h"

namespace dosegate::plugin_test {
namespace {

namespace fs = std::filesystem;

class Folder : public ::testing::Test {
 protected:
  Folder() : folder_(fs::path(::testing::TempDir()) / ("reports_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    session_.read({small_sample()});
    result_ = session_.quick();
  }
  ~Folder() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  [[nodiscard]] std::string in(const std::string& name) const { return (folder_ / name).string(); }
  static std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), {}));
  }

  fs::path folder_;
  Session session_;
  dosegate_result result_ = 0;
};

TEST_F(Folder, AWrittenFileHoldsTheBytesOfRender) {
  for (const int32_t format : {DOSEGATE_JSON, DOSEGATE_CSV, DOSEGATE_METRICS_CSV}) {
    ASSERT_EQ(dosegate_write(session_, result_, format, in("out").c_str()), DOSEGATE_OK)
        << session_.error();
    EXPECT_EQ(content(in("out")), session_.render(result_, format));
    EXPECT_EQ(files(), 1U) << "nothing is left beside it";
  }
}

TEST_F(Folder, WhatWasThereStaysWhereTheFileCannotBeWritten) {
  std::ofstream(in("kept")) << "before";
  EXPECT_EQ(dosegate_write(session_, result_, 77, in("kept").c_str()), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(content(in("kept")), "before");
  EXPECT_EQ(dosegate_write(session_, result_, DOSEGATE_CSV, in("no/folder").c_str()),
            DOSEGATE_FILE_UNWRITABLE);
  EXPECT_NE(session_.error().find("no/folder"), std::string::npos) << session_.error();
  EXPECT_EQ(dosegate_write(session_, result_, DOSEGATE_CSV, folder_.c_str()),
            DOSEGATE_FILE_UNWRITABLE);
  EXPECT_EQ(dosegate_write(session_, result_, DOSEGATE_CSV, ""), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(files(), 1U);
}

TEST_F(Folder, ALinkStaysALinkAndAFileKeepsItsPermissions) {
  std::ofstream(in("target")) << "before";
  fs::permissions(in("target"), fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("target", in("link"));
  fs::create_symlink("later", in("dangling"));
  for (const char* name : {"link", "dangling"}) {
    ASSERT_EQ(dosegate_write(session_, result_, DOSEGATE_METRICS_CSV, in(name).c_str()),
              DOSEGATE_OK)
        << session_.error();
    EXPECT_TRUE(fs::is_symlink(in(name))) << name;
  }
  const std::string expected = session_.render(result_, DOSEGATE_METRICS_CSV);
  EXPECT_EQ(content(in("target")), expected);
  EXPECT_EQ(content(in("later")), expected);
  EXPECT_EQ(fs::status(in("target")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(files(), 4U);
}

TEST_F(Folder, ANameAsLongAsTheSystemAllowsIsWritten) {
  const std::string longest(255, 'n');
  ASSERT_EQ(dosegate_write(session_, result_, DOSEGATE_METRICS_CSV, in(longest).c_str()),
            DOSEGATE_OK)
      << session_.error();
}

// /dev/full takes no byte; a device is no file to be replaced in any case.
TEST_F(Folder, ADeviceIsNotReplacedByAFile) {
  for (const char* device : {"/dev/null", "/dev/full"}) {
    struct stat before {
    }, after{};
    if (::stat(device, &before) != 0) GTEST_SKIP() << "This system has no " << device << ".";
    EXPECT_EQ(dosegate_write(session_, result_, DOSEGATE_CSV, device), DOSEGATE_FILE_UNWRITABLE);
    ASSERT_EQ(::stat(device, &after), 0);
    EXPECT_EQ(after.st_mode, before.st_mode) << device;
  }
}

TEST_F(Folder, SentPiecesAreTheBytesOfRender) {
  std::string sent;
  const auto take = [](void* user, const void* bytes, std::size_t count) -> int32_t {
    static_cast<std::string*>(user)->append(static_cast<const char*>(bytes), count);
    return 0;
  };
  ASSERT_EQ(dosegate_send(session_, result_, DOSEGATE_CSV, take, &sent), DOSEGATE_OK);
  EXPECT_GT(sent.size(), 65536U) << "more than one piece";
  EXPECT_EQ(sent, session_.render(result_, DOSEGATE_CSV));
}

TEST_F(Folder, AHostThatTakesNoMoreCancels) {
  int calls = 0;
  const auto stop = [](void* user, const void*, std::size_t) -> int32_t {
    return ++*static_cast<int*>(user) == 2 ? 1 : 0;
  };
  EXPECT_EQ(dosegate_send(session_, result_, DOSEGATE_CSV, stop, &calls), DOSEGATE_CANCELLED);
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(dosegate_send(session_, result_, DOSEGATE_CSV, nullptr, nullptr),
            DOSEGATE_ARGUMENT_INVALID);
}

TEST(Curve, IsExactAtAnyDose) {
  // Dose 10 + x Gy over x = 0 to 20 mm in a box of 20 x 10 x 10 mm = 2 cc: the volume with at least
  // d Gy is 0.1 (30 - d) cc for d from 10 to 30.
  const dosegate_lattice grid = lattice({21, 3, 3}, {0, -10, -10}, {1, 10, 10});
  const std::vector<double> values =
      voxels_of<double>(grid, [](const Triple& at) { return 10.0 + at[0]; });
  const dosegate_lattice box = lattice({20, 1, 1}, {0.5, 0, 0}, {1, 10, 10});
  const std::vector<uint8_t> voxels(20, 1);
  MemorySession s;
  const dosegate_result r = s.dvh_of(s.make(dose_of(grid, values), mask_of(box, voxels)), {});
  const double doses_gy[] = {-5.0, 0.0, 10.0, 12.3456, 29.999, 31.0};
  double volumes_cc[std::size(doses_gy)] = {};
  ASSERT_EQ(dosegate_dvh_curve(s, r, 0, doses_gy, std::size(doses_gy), volumes_cc), DOSEGATE_OK);
  for (std::size_t i = 0; i < std::size(doses_gy); ++i) {
    const double expected_cc = 0.1 * (30.0 - std::min(30.0, std::max(10.0, doses_gy[i])));
    // Between nodes of the curve, 0.001 Gy apart, the volume is linear here as it is there.
    EXPECT_NEAR(volumes_cc[i], expected_cc, 1e-9) << doses_gy[i];
  }
}

TEST(Curve, IsRefusedAsAWholeForADoseThatIsNone) {
  Session s;
  s.read({small_sample()});
  const dosegate_result r = s.quick();
  const double doses_gy[] = {1.0, std::numeric_limits<double>::quiet_NaN()};
  double volumes_cc[] = {77.0, 77.0};
  EXPECT_EQ(dosegate_dvh_curve(s, r, 0, doses_gy, 2, volumes_cc), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(volumes_cc[0], 77.0);
  EXPECT_EQ(dosegate_dvh_curve(s, r, 99, doses_gy, 1, volumes_cc), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_dvh_curve(s, r, 0, nullptr, 1, volumes_cc), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_dvh_curve(s, r, 0, doses_gy, 0, nullptr), DOSEGATE_OK) << "nothing asked for";
}

}  // namespace
}  // namespace dosegate::plugin_test
