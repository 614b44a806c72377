// RTDOSE: how stored values become doses.
#include <gtest/gtest.h>

#include <algorithm>

#include "pitfalls/pitfall_shapes.h"

namespace dosegate::pitfalls {
namespace {

using dicom_test::Edit;
using dicom_test::Encoding;

// Half a stored step: interpolation between values that are each rounded by less cannot be further
// off.
constexpr double kStep16_gy = 0.5e-3 + 1e-9;
constexpr double kStep12_gy = 0.5 * 0.0155 + 1e-9;

// The standard case in 16 bits: steps of 0.001 Gy.
void in_16_bits(Input& in, const std::string& scaling = "0.001") {
  Grid grid;
  grid.scaling = scaling;
  put(grid, *in.dose);
  in.dose->bits_allocated = 16;
}

// The standard structure in a dose that is stored in steps of twice `half_step_gy`.
Outcome within(double half_step_gy, std::set<FindingCode> findings = {}) {
  Outcome outcome = standard_outcome(std::move(findings));
  for (Expected& number : outcome.structures[0].numbers) {
    if (number.metric != "Volume[cc]" && number.metric != "D50%[Gy]") {
      number.tolerance = half_step_gy;
    }
  }
  return outcome;
}

Edit scaling_bytes(const std::string& text) {
  return [text](DcmDataset& data) { data.putAndInsertString(DCM_DoseGridScaling, text.c_str()); };
}

Edit without(const DcmTagKey& tag) {
  return [tag](DcmDataset& data) { delete data.remove(tag); };
}

// The dose 40 Gy lower: below 0 in part of the grid.
void lowered(Input& in, unsigned bits, const std::string& scaling) {
  Grid grid;
  grid.scaling = scaling;
  grid.dose_gy = [](const Vec3& p) { return standard_dose_gy(p) - 40.0; };
  put(grid, *in.dose);
  in.dose->bits_allocated = bits;
  in.dose->is_signed = true;
}

Outcome lowered_outcome(double half_step_gy) {
  Outcome outcome = within(half_step_gy, {FindingCode::DoseNegative});
  for (Expected& number : outcome.structures[0].numbers) {
    if (number.metric == "Volume[cc]") continue;
    number = is(number.metric, *number.value - 40.0, number.tolerance);
  }
  return outcome;
}

void compressed(Input& in) {
  in.dose->edit = [](DcmDataset& data) {
    delete data.remove(DCM_PixelData);
    auto* sequence = new DcmPixelSequence(DcmTag(DCM_PixelData, EVR_OB));
    sequence->insert(new DcmPixelItem(DcmTag(DCM_Item, EVR_OB)));
    auto* frame = new DcmPixelItem(DcmTag(DCM_Item, EVR_OB));
    const Uint8 bytes[] = {1, 2, 3, 4};
    frame->putUint8Array(bytes, 4);
    sequence->insert(frame);
    auto* pixels = new DcmPixelData(DCM_PixelData);
    pixels->putOriginalRepresentation(EXS_RLELossless, nullptr, sequence);
    data.insert(pixels, OFTrue);
  };
  in.dose_encoding.syntax = EXS_RLELossless;
}

// The dose with the meta header of one transfer syntax above the data set of another.
void wrong_syntax(Input& in, E_TransferSyntax stated, E_TransferSyntax real) {
  const DoseSpec dose = *in.dose;
  in.more = [=](const dicom_test::TempFolder& folder) {
    const auto start = [](const std::string& bytes) {  // of the data set, SOPClassUID first
      using namespace std::string_view_literals;
      const std::size_t at =
          std::min(bytes.find("\x08\x00\x16\x00"sv), bytes.find("\x00\x08\x00\x16"sv));
      EXPECT_NE(at, std::string::npos);
      return at;
    };
    write(dose, folder / "dose", {stated, Encoding::Meta::Present});
    const std::string head = dicom_test::read_bytes(folder / "dose");
    write(dose, folder / "dose", {real, Encoding::Meta::Present});
    const std::string body = dicom_test::read_bytes(folder / "dose");
    dicom_test::write_bytes(folder / "dose",
                            head.substr(0, start(head)) + body.substr(start(body)));
  };
}

std::vector<Row> scaling_rows() {
  return {
      {.id = "scaling-missing",
       .line = "DoseGridScaling missing",
       .input = "the attribute is absent",
       .make = [](Input& in) { in.dose->edit = without(DCM_DoseGridScaling); },
       .outcome = refusal(ErrorCode::TagMissing)},
      {.id = "scaling-empty",
       .line = "DoseGridScaling empty",
       .input = "the attribute has no value",
       .make = [](Input& in) { in.dose->scaling = ""; },
       .outcome = refusal(ErrorCode::TagMissing)},
      {.id = "scaling-zero",
       .line = "DoseGridScaling 0",
       .input = "0",
       .make = [](Input& in) { in.dose->scaling = "0"; },
       .outcome = refusal(ErrorCode::TagInvalid)},
      {.id = "scaling-negative",
       .line = "DoseGridScaling negative",
       .input = "-1e-6",
       .make = [](Input& in) { in.dose->scaling = "-1e-6"; },
       .outcome = refusal(ErrorCode::TagInvalid)},
      {.id = "scaling-nan",
       .line = "NaN-like scaling",
       .input = "nan",
       .make = [](Input& in) { in.dose->scaling = "nan"; },
       .outcome = refusal(ErrorCode::TagInvalid)},
      {.id = "scaling-infinite-dose",
       .line = "NaN-like scaling",
       .input = "1e305: the doses are beyond what a double holds",
       .make = [](Input& in) { in.dose->scaling = "1e305"; },
       .outcome = refusal(ErrorCode::GridInvalid)},
      {.id = "scaling-comma",
       .line = "DoseGridScaling",
       .input = "0,000001: a decimal comma",
       .make = [](Input& in) { in.dose->scaling = "0,000001"; },
       .outcome = refusal(ErrorCode::TagInvalid)},
      {.id = "scaling-scientific",
       .line = "DoseGridScaling in scientific notation",
       .input = "+1.0E-06",
       .make = [](Input& in) { in.dose->edit = scaling_bytes("+1.0E-06"); },
       .outcome = standard_outcome()},
      {.id = "scaling-long",
       .line = "DoseGridScaling of more than 16 characters",
       .input = "1.000000000000000000000000e-006",
       .make = [](Input& in) { in.dose->edit = scaling_bytes("1.000000000000000000000000e-006"); },
       .outcome = standard_outcome()},
  };
}

Row encoding_row(const std::string& id, const std::string& line, E_TransferSyntax syntax) {
  return {
      .id = id,
      .line = line,
      .input = "dose and structure set in this transfer syntax",
      .make =
          [syntax](Input& in) { in.dose_encoding.syntax = in.structure_encoding.syntax = syntax; },
      .outcome = standard_outcome()};
}

Row bytes_row(const std::string& id, const std::string& line, E_TransferSyntax syntax) {
  Row row = encoding_row(id, line, syntax);
  row.input = "PixelData with VR OB";
  row.make = [syntax](Input& in) {
    in.dose_encoding.syntax = syntax;
    in.dose->as_bytes = true;
  };
  return row;
}

std::vector<Row> encoding_rows() {
  return {
      encoding_row("syntax-implicit", "implicit VR", EXS_LittleEndianImplicit),
      encoding_row("syntax-explicit", "PixelData as OW, explicit VR", EXS_LittleEndianExplicit),
      encoding_row("syntax-big-endian", "big endian", EXS_BigEndianExplicit),
      encoding_row("syntax-deflated", "deflated", EXS_DeflatedLittleEndianExplicit),
      bytes_row("pixels-ob", "PixelData as OB, explicit VR", EXS_LittleEndianExplicit),
      bytes_row("pixels-ob-implicit", "PixelData as OB, implicit VR", EXS_LittleEndianImplicit),
      {.id = "pixels-compressed",
       .line = "compressed (refuse or decode)",
       .input = "RLE Lossless",
       .make = compressed,
       .outcome = refusal(ErrorCode::PixelDataUnusable)},
      {.id = "meta-header-absent",
       .line = "no preamble/meta header",
       .input = "dose and structure set as bare data sets in explicit VR",
       .others = "pydicom without force, as Monaco and XiO exports show",
       .make =
           [](Input& in) {
             in.dose_encoding.meta = in.structure_encoding.meta = Encoding::Meta::Absent;
           },
       .outcome = standard_outcome({FindingCode::MetaHeaderMissing})},
      {.id = "meta-header-absent-implicit",
       .line = "no preamble/meta header",
       .input = "dose and structure set as bare data sets in implicit VR",
       .others = "pydicom without force, as Monaco and XiO exports show",
       .make =
           [](Input& in) {
             in.dose_encoding =
                 in.structure_encoding = {EXS_LittleEndianImplicit, Encoding::Meta::Absent};
           },
       .outcome = standard_outcome({FindingCode::MetaHeaderMissing})},
      {.id = "syntax-wrong-implicit",
       .line = "wrong transfer syntax",
       .input = "the meta header says explicit VR, the data set is in implicit VR",
       .make =
           [](Input& in) { wrong_syntax(in, EXS_LittleEndianExplicit, EXS_LittleEndianImplicit); },
       .outcome = {ErrorCode::DoseMissing, {}, {FindingCode::FileSkipped}}},
      {.id = "syntax-wrong-explicit",
       .line = "wrong transfer syntax",
       .input = "the meta header says implicit VR, the data set is in explicit VR",
       .make =
           [](Input& in) { wrong_syntax(in, EXS_LittleEndianImplicit, EXS_LittleEndianExplicit); },
       .outcome = {ErrorCode::DoseMissing, {}, {FindingCode::FileUnreadable}}},
      {.id = "syntax-wrong-endian",
       .line = "wrong transfer syntax",
       .input = "the meta header says big endian, the data set is little endian",
       .make = [](Input& in) { wrong_syntax(in, EXS_BigEndianExplicit, EXS_LittleEndianExplicit); },
       .outcome = {ErrorCode::DoseMissing, {}, {FindingCode::FileSkipped}}},
  };
}

}  // namespace

std::vector<Row> dose_pixel_rows() {
  std::vector<Row> rows = {
      {.id = "bits-32",
       .line = "BitsAllocated 32, values above 65535",
       .input = "the standard case: stored values up to 6e7",
       .others = "RTTB",
       .make = [](Input&) {},
       .outcome = standard_outcome()},
      {.id = "bits-16",
       .line = "16-bit values above 32767 read as signed",
       .input = "unsigned 16 bits, scaling 0.001: the structure's doses reach 47500 steps",
       .derivation = "the standard values to half a stored step",
       .others = "Evil-DICOM",
       .make = [](Input& in) { in_16_bits(in); },
       .outcome = within(kStep16_gy)},
      {.id = "bits-16-signed",
       .line = "signed pixels",
       .input = "signed 16 bits, scaling 0.002",
       .derivation = "the standard values to half a stored step",
       .make =
           [](Input& in) {
             in_16_bits(in, "0.002");
             in.dose->is_signed = true;
           },
       .outcome = within(2 * kStep16_gy)},
      {.id = "bits-16-negative",
       .line = "signed pixels with negatives",
       .input = "signed 16 bits, the dose 40 Gy lower",
       .derivation = "the standard values less 40 Gy; kept as they stand, never cut off at 0",
       .others = "RTTB, plastimatch (crash), dicompyler",
       .make = [](Input& in) { lowered(in, 16, "0.001"); },
       .outcome = lowered_outcome(kStep16_gy)},
      {.id = "bits-32-negative",
       .line = "signed pixels with negatives",
       .input = "signed 32 bits, the dose 40 Gy lower",
       .derivation = "the standard values less 40 Gy",
       .others = "RTTB, plastimatch (crash), dicompyler",
       .make = [](Input& in) { lowered(in, 32, "1e-6"); },
       .outcome = lowered_outcome(kDose_gy)},
      {.id = "bits-12-of-16",
       .line = "BitsAllocated 16 / BitsStored 12",
       .input = "scaling 0.0155, so that 62 Gy fit 12 bits",
       .derivation = "the standard values to half a stored step",
       .make =
           [](Input& in) {
             in_16_bits(in, "0.0155");
             in.dose->bits_stored = 12;
           },
       .outcome = within(kStep12_gy, {FindingCode::DoseBitsStored})},
      {.id = "bits-beyond-stored",
       .line = "BitsAllocated 16 / BitsStored 12",
       .input = "values of 16 bits under BitsStored 12",
       .derivation = "nobody can say which bits were meant",
       .make =
           [](Input& in) {
             in_16_bits(in);
             in.dose->bits_stored = 12;
           },
       .outcome = refusal(ErrorCode::PixelDataUnusable)},
  };
  for (const std::vector<Row>& more : {encoding_rows(), scaling_rows()}) {
    rows.insert(rows.end(), more.begin(), more.end());
  }
  rows.push_back(
      {.id = "pixels-truncated",
       .line = "truncated pixel data",
       .input = "the last frame's values are missing",
       .make =
           [](Input& in) { in.dose->values.resize(in.dose->values.size() - std::size_t{15} * 12); },
       .outcome = refusal(ErrorCode::PixelDataUnusable)});
  rows.push_back({.id = "pixels-2-gb-claimed",
                  .line = "2 GB grid",
                  .input = "65535 rows of 65535 columns are stated above the standard values",
                  .derivation = "nothing is allocated for what is only claimed",
                  .make =
                      [](Input& in) {
                        in.dose->edit = [](DcmDataset& data) {
                          data.putAndInsertUint16(DCM_Rows, 65535);
                          data.putAndInsertUint16(DCM_Columns, 65535);
                        };
                      },
                  .outcome = refusal(ErrorCode::PixelDataUnusable)});
  rows.push_back({.id = "file-truncated",
                  .line = "truncated pixel data",
                  .input = "the file of the dose ends 100 bytes early",
                  .make =
                      [](Input& in) {
                        in.more = [](const dicom_test::TempFolder& folder) {
                          const std::string bytes = dicom_test::read_bytes(folder / "dose");
                          dicom_test::write_bytes(folder / "dose",
                                                  bytes.substr(0, bytes.size() - 100));
                        };
                      },
                  .outcome = {ErrorCode::DoseMissing, {}, {FindingCode::FileUnreadable}}});
  return rows;
}

}  // namespace dosegate::pitfalls
