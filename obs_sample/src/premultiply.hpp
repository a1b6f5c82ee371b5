// Straight to premultiplied alpha, in linear light, as OBS blends: without it, a scaled picture has fringes in the colour
// of its transparent pixels.

#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <graphics/srgb.h>  // does not include what it needs

namespace omote_obs {

class Premultiply {
 public:
  Premultiply() : table_(256 * 256) {
    for (int alpha = 0; alpha < 256; ++alpha) {
      for (int value = 0; value < 256; ++value) {
        const float linear = gs_srgb_nonlinear_to_linear(static_cast<float>(value) / 255.0F);
        const float shown = gs_srgb_linear_to_nonlinear(linear * static_cast<float>(alpha) / 255.0F);
        table_[static_cast<std::size_t>(alpha * 256 + value)] = static_cast<std::uint8_t>(std::lround(255.0F * shown));
      }
    }
  }

  // In place; `pixels` are RGBA, 8 bits each, sRGB.
  void apply(std::vector<std::uint8_t>& pixels) const {
    for (std::size_t at = 0; at + 3 < pixels.size(); at += 4) {
      const std::uint8_t alpha = pixels[at + 3];
      if (alpha == 255) continue;
      const std::uint8_t* row = &table_[alpha * std::size_t{256}];
      for (std::size_t colour = 0; colour < 3; ++colour) pixels[at + colour] = row[pixels[at + colour]];
    }
  }

 private:
  std::vector<std::uint8_t> table_;  // [alpha][value]
};

}  // namespace omote_obs
