// The curve itself, made from known deposits: no geometry, no dose grid.
#include "dvh/dvh_builder.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/result.h"
#include "support/known_dvhs.h"

namespace dosegate::dvh {
namespace {

using testing::ramp;
using testing::two_levels;

TEST(Dvh, CountsAVolumeExactlyAtAThresholdAsReceivingIt) {
  const Dvh dvh = two_levels();
  const struct {
    double dose_gy, at_least_cc;
  } rows[] = {{-1, 100},  {0, 100}, {4.999999, 100}, {5, 100}, {5.000001, 60},
              {19.9, 60}, {20, 60}, {20.000001, 0},  {1000, 0}};
  for (const auto& row : rows) {
    EXPECT_EQ(dvh.volume_at_least(Gy(row.dose_gy)).value(), row.at_least_cc) << row.dose_gy;
    EXPECT_EQ(dvh.volume_below(Gy(row.dose_gy)).value(), 100 - row.at_least_cc) << row.dose_gy;
  }
}

TEST(Dvh, ReadsHottestAndColdestOnPlateaus) {
  const Dvh dvh = two_levels();
  // D(v) = largest x with V(x) >= v: 20 Gy up to 60 cc, 5 Gy beyond.
  EXPECT_EQ(dvh.hottest(60.0_cc)->value(), 20.0);
  EXPECT_EQ(dvh.hottest(60.001_cc)->value(), 5.0);
  EXPECT_EQ(dvh.hottest(100.0_cc)->value(), 5.0);
  // DC(v) = smallest x with volume(D <= x) >= v: 5 Gy up to 40 cc, 20 Gy beyond.
  EXPECT_EQ(dvh.coldest(40.0_cc)->value(), 5.0);
  EXPECT_EQ(dvh.coldest(40.001_cc)->value(), 20.0);
  // At 40 cc the two readings of the same curve differ: DC40cc = 5 Gy, D(100 - 40)cc = 20 Gy.
  EXPECT_NE(dvh.coldest(40.0_cc)->value(), dvh.hottest(60.0_cc)->value());
}

TEST(Dvh, HasNoDoseForNoVolumeAndForMoreThanThereIs) {
  const Dvh dvh = two_levels();
  for (const double cc : {0.0, -1.0, 100.0001, 1e9, std::nan("")}) {
    EXPECT_FALSE(dvh.hottest(Cc(cc)).has_value()) << cc;
    EXPECT_FALSE(dvh.coldest(Cc(cc)).has_value()) << cc;
  }
}

TEST(Dvh, KeepsThePartitionOfTheVolumeExactly) {
  for (const Dvh& dvh :
       {two_levels(), two_levels(130.0_cc), ramp(70, 70.0_cc), ramp(70, 90.0_cc)}) {
    EXPECT_EQ(dvh.covered() + dvh.uncovered(), dvh.volume());
    for (double x = -0.5; x < 25; x += 0.13) {
      const Cc sum = dvh.volume_at_least(Gy(x)) + dvh.volume_below(Gy(x));
      EXPECT_EQ(sum.value(), dvh.covered().value()) << x;
    }
  }
}

TEST(Dvh, CarriesVolumeWithoutDoseOnItsOwn) {
  const Dvh dvh = two_levels(130.0_cc);
  EXPECT_EQ(dvh.covered().value(), 100.0);
  EXPECT_EQ(dvh.uncovered().value(), 30.0);
  EXPECT_EQ(dvh.volume_below(1000.0_gy).value(), 100.0);  // not 130: it is not cold
  EXPECT_EQ(dvh.volume_at_least(0.0_gy).value(), 100.0);
  EXPECT_EQ(dvh.mean()->value(), 14.0);  // (40 * 5 + 60 * 20) / 100, of the covered part
  EXPECT_FALSE(dvh.hottest(110.0_cc).has_value());
  EXPECT_FALSE(dvh.coldest(110.0_cc).has_value());
}

TEST(Dvh, KnowsNothingWhereNothingIsCovered) {
  DvhBuilder builder(0.0_gy, 30.0_gy);
  const Dvh dvh = std::move(builder).finish(12.0_cc);
  EXPECT_EQ(dvh.uncovered().value(), 12.0);
  EXPECT_EQ(dvh.covered().value(), 0.0);
  EXPECT_FALSE(dvh.minimum() || dvh.maximum() || dvh.mean() || dvh.mean_square_gy2());
  EXPECT_FALSE(dvh.hottest(1.0_cc) || dvh.coldest(1.0_cc));
  EXPECT_EQ(dvh.volume_below(5.0_gy).value(), 0.0);
  EXPECT_EQ(dvh.volume_at_least(0.0_gy).value(), 0.0);
}

TEST(Dvh, InterpolatesARampExactlyAtAndBetweenItsNodes) {
  const Dvh dvh = ramp(80, 80.0_cc);
  for (double x = 0; x <= 20; x += 0.3701) {
    EXPECT_NEAR(dvh.volume_at_least(Gy(x)).value(), 80 * (1 - x / 20), 1e-9) << x;
  }
  for (const double share : {0.001, 0.3, 0.5, 0.999}) {
    EXPECT_NEAR(dvh.hottest(Cc(80 * share))->value(), 20 * (1 - share), 1e-6) << share;
    EXPECT_NEAR(dvh.coldest(Cc(80 * share))->value(), 20 * share, 1e-6) << share;
  }
  EXPECT_NEAR(*dvh.mean_square_gy2(), 400.0 / 3.0, 1e-9);  // of a uniform from 0 to 20
}

TEST(Dvh, NeverRisesWhateverWasDeposited) {
  DvhBuilder builder(-1.0_gy, 60.0_gy);
  builder.include_extreme(-0.5);
  builder.include_extreme(58);
  double volume = 0.0;
  for (int i = 0; i < 5000; ++i) {  // narrow and wide deposits, in no order
    const double centre = 10.0 + 0.0096 * ((i * 7919) % 5000) - (i % 7);
    const double half = i % 5 == 0 ? 0.0 : std::pow(10.0, -(i % 6)) * 0.9;
    builder.deposit(centre, half, half * half / 3.0, 0.01 + 0.001 * (i % 3));
    volume += 0.01 + 0.001 * (i % 3);
  }
  const Dvh dvh = std::move(builder).finish(Cc(volume));
  double last = volume + 1;
  for (double x = -1; x < 60; x += 0.0037) {
    const double now = dvh.volume_at_least(Gy(x)).value();
    EXPECT_LE(now, last) << x;
    last = now;
  }
  EXPECT_EQ(last, 0.0);
}

TEST(Dvh, ShowsItsCurveAtTheBinsAskedFor) {
  const auto curve = two_levels(130.0_cc).cumulative_cc(5.0_gy);
  EXPECT_EQ(curve, (std::vector<double>{100, 100, 60, 60, 60, 0}));  // 0, 5, 10, 15, 20, 25 Gy
  EXPECT_THROW((void)two_levels().cumulative_cc(0.0_gy), InternalError);
}

TEST(Dvh, AveragesAFunctionOfTheDoseAlsoWhereAllOfItIsOne) {
  // 0.4 * 5^2 + 0.6 * 20^2
  EXPECT_NEAR(*two_levels().mean_of([](double x) { return x * x; }), 250.0, 1e-12);
  EXPECT_NEAR(*ramp(80, 80.0_cc).mean_of([](double x) { return x; }), 10.0, 1e-9);
  // Extremes that are equal to the last bit, and a density that was not quite an atom.
  DvhBuilder builder(0.0_gy, 10.0_gy);
  builder.deposit(5, 1e-12, 0, 40);
  builder.include_extreme(5);
  const Dvh flat = std::move(builder).finish(40.0_cc);
  EXPECT_EQ(*flat.mean_of([](double x) { return x; }), 5.0);
}

TEST(Dvh, KeepsTensOfThousandsOfVoxelsEachAtItsOwnDose) {
  // As a dose that is constant in each voxel: every tenth dose twice, in an order without any.
  constexpr int kDoses = 30'000;
  DvhBuilder builder(0.0_gy, 60.0_gy);
  const auto dose_gy = [](int n) { return 1.0 + n * 0.001; };
  for (int i = 0; i < kDoses; ++i) {
    const int n = static_cast<int>((i * 7919LL) % kDoses);  // 7919 has no factor of 30 000
    builder.deposit(dose_gy(n), 0.0, 0.0, 0.25);
    if (n % 10 == 0) builder.deposit(dose_gy(n), 0.0, 0.0, 0.5);
  }
  builder.include_extreme(dose_gy(0));
  builder.include_extreme(dose_gy(kDoses - 1));
  const Dvh dvh = std::move(builder).finish(Cc(0.25 * kDoses + 0.5 * kDoses / 10));
  // Quarters add up without rounding.
  for (int n = 0; n < kDoses; n += 777) {
    const int twice = (n + 9) / 10;  // of those below n
    EXPECT_EQ(dvh.volume_below(Gy(dose_gy(n))).value(), 0.25 * n + 0.5 * twice) << n;
  }
}

TEST(DvhBuilder, RefusesARangeThatIsNone) {
  EXPECT_THROW(DvhBuilder(10.0_gy, 5.0_gy), InternalError);
  EXPECT_THROW(DvhBuilder(0.0_gy, Gy(std::nan(""))), InternalError);
}

}  // namespace
}  // namespace dosegate::dvh
