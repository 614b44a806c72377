// How long DCMTK itself takes over the files of a plan: what the speed bars are measured against.
//
//   parse_only MODE FOLDER [--repeat N]
//     load        loadFile of every file in the folder, with all values in memory
//     convert     and every ContourData turned into numbers by DCMTK's DcmDecimalString, pixel data
//                 accessed
//     from_chars  as load, and every ContourData turned into numbers by std::from_chars
// Prints the least of N times in the process and what was found, so that a run that found nothing
// is seen.
#include <dcmtk/config/osconfig.h>
// osconfig.h comes first.
#include <dcmtk/dcmdata/dctk.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

enum class Mode { Load, Convert, FromChars };

struct Found {
  std::size_t files = 0, structures = 0, contours = 0, numbers = 0, voxels = 0;
  double sum = 0.0;  ///< of all numbers, so that no conversion can be left out
};

void require(const OFCondition& condition, const std::string& what) {
  if (condition.bad()) throw std::runtime_error(what + ": " + condition.text());
}

std::unique_ptr<DcmFileFormat> load(const std::string& path) {
  auto file = std::make_unique<DcmFileFormat>();
  // By default DCMTK leaves values above 4 KiB in the file until they are asked for.
  constexpr Uint32 kEverything = std::numeric_limits<Uint32>::max();
  require(file->loadFile(path.c_str(), EXS_Unknown, EGL_noChange, kEverything), path);
  return file;
}

void convert_by_dcmtk(DcmDecimalString& data, Found& found) {
  OFVector<Float64> numbers;
  require(data.getFloat64Vector(numbers), "ContourData");
  for (const double number : numbers) found.sum += number;
  found.numbers += numbers.size();
}

void convert_by_from_chars(DcmDecimalString& data, Found& found) {
  char* text = nullptr;
  Uint32 length = 0;
  require(data.getString(text, length), "ContourData");
  std::vector<double> numbers;
  for (const char *at = text, *end = text + length; at < end;) {
    double number = 0.0;
    while (at < end && (*at == ' ' || *at == '+')) ++at;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc{}) break;  // trailing blanks
    numbers.push_back(number);
    at = std::find(next, end, '\\');
    if (at < end) ++at;
  }
  for (const double number : numbers) found.sum += number;
  found.numbers += numbers.size();
}

void visit_contours(DcmDataset& dataset, Mode mode, Found& found) {
  DcmSequenceOfItems* rois = nullptr;
  if (dataset.findAndGetSequence(DCM_ROIContourSequence, rois).bad()) return;
  // By the list's own cursor: card() and getItem(i) walk it from the start each time.
  for (DcmObject* roi = rois->nextInContainer(nullptr); roi; roi = rois->nextInContainer(roi)) {
    ++found.structures;
    DcmSequenceOfItems* contours = nullptr;
    auto* item = dynamic_cast<DcmItem*>(roi);
    if (!item || item->findAndGetSequence(DCM_ContourSequence, contours).bad()) continue;
    for (DcmObject* contour = contours->nextInContainer(nullptr); contour;
         contour = contours->nextInContainer(contour)) {
      DcmElement* element = nullptr;
      require(dynamic_cast<DcmItem&>(*contour).findAndGetElement(DCM_ContourData, element),
              "ContourData");
      auto& data = dynamic_cast<DcmDecimalString&>(*element);
      ++found.contours;
      if (mode == Mode::Convert) convert_by_dcmtk(data, found);
      if (mode == Mode::FromChars) convert_by_from_chars(data, found);
    }
  }
}

void visit_pixels(DcmDataset& dataset, Found& found) {
  const Uint16* words = nullptr;
  unsigned long count = 0;
  if (dataset.findAndGetUint16Array(DCM_PixelData, words, &count).bad()) return;
  Uint16 bits = 0;
  require(dataset.findAndGetUint16(DCM_BitsAllocated, bits), "BitsAllocated");
  found.voxels += count * 16 / bits;
  for (unsigned long i = 0; i < count; ++i) found.sum += words[i];
}

Found parse(const std::vector<std::string>& paths, Mode mode) {
  Found found;
  std::vector<std::unique_ptr<DcmFileFormat>> files;  // all held, as a reader of the case must
  for (const std::string& path : paths) {
    files.push_back(load(path));
    ++found.files;
    if (mode == Mode::Load) continue;
    visit_contours(*files.back()->getDataset(), mode, found);
    visit_pixels(*files.back()->getDataset(), found);
  }
  return found;
}

void run(const std::string& mode_name, const std::string& folder, int repeat) {
  const Mode mode = mode_name == "load"      ? Mode::Load
                    : mode_name == "convert" ? Mode::Convert
                                             : Mode::FromChars;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file()) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  if (paths.empty()) throw std::runtime_error(folder + ": no files");
  double least_ms = 0.0;
  Found found;
  for (int i = 0; i < repeat; ++i) {
    const auto start = std::chrono::steady_clock::now();
    found = parse(paths, mode);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    least_ms = i == 0 ? took.count() : std::min(least_ms, took.count());
  }
  std::printf(
      "%s: %.1f ms; %zu files, %zu structures, %zu contours, %zu numbers, %zu voxels, sum %.6e\n",
      mode_name.c_str(), least_ms, found.files, found.structures, found.contours, found.numbers,
      found.voxels, found.sum);
}

}  // namespace

int main(int argc, char** argv) {
  std::string mode, folder;
  int repeat = 1;
  CLI::App app{"Times DCMTK's own parse of a plan's files"};
  app.add_option("mode", mode)->required()->check(CLI::IsMember({"load", "convert", "from_chars"}));
  app.add_option("folder", folder)->required();
  app.add_option("--repeat", repeat, "The least of so many times")->check(CLI::Range(1, 1000));
  CLI11_PARSE(app, argc, argv);
  try {
    run(mode, folder, repeat);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "parse_only: %s\n", failure.what());
    return 1;
  }
  return 0;
}
