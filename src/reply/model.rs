//! Which model makes the image of a task, and at which resolution: it decides how long the task takes.

use super::json::Json;
use super::text::holds;

/// The model, as far as a reply tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// `generate`: 8 to 40 s.
    Standard,
    /// `generate-pro`: 2 to 5 minutes.
    Pro,
    /// `generate-2`: 4 s to a minute.
    Two,
    /// The reply does not tell.
    Unknown,
}

/// The size of the image, as far as a reply tells. The standard model has only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// `1K`.
    OneK,
    /// `2K`.
    TwoK,
    /// `4K`.
    FourK,
    /// The reply does not tell.
    Unknown,
}

const SIZES: [(&str, Resolution); 3] = [("1k", Resolution::OneK), ("2k", Resolution::TwoK), ("4k", Resolution::FourK)];

/// What the operation's name and the names of the request's parameters tell.
///
/// The operation is free text in several spellings: `nano-banana-2_1k`, `nanobanana_TEXTTOIAMGE`. `resolution` alone tells no model, because
/// generate-2 takes it as well as pro.
pub(crate) fn recognize<V: Json>(params: Option<&V>, operation: Option<&str>) -> (Model, Resolution) {
    let mut operation = operation.unwrap_or_default().as_bytes().to_vec();
    operation.retain(u8::is_ascii_alphanumeric);
    let size = params.and_then(|params| params.text_at("resolution")).unwrap_or_default();
    let resolution = [size.as_bytes(), &operation].into_iter().find_map(|text| SIZES.iter().find(|(name, _)| holds(text, name)));
    // The 2 of `nano-banana_2k` is that of its size.
    let is_two = |(name, size)| holds(&operation, name) && !holds(&operation, size);
    let has = |names: &[&str]| params.is_some_and(|params| names.iter().any(|name| !params.member(name).is_nothing()));
    let ninth_image = || params.is_some_and(|params| !params.member("imageUrls").member("8").is_nothing());
    let model = if [("banana2", "banana2k"), ("generate2", "generate2k"), ("image2", "image2k")].into_iter().any(is_two) {
        Model::Two
    } else if ["bananapro", "generatepro", "imagepro", "3pro"].iter().any(|name| holds(&operation, name)) {
        Model::Pro
    } else if has(&["outputFormat", "googleSearch"]) || ninth_image() {
        Model::Two
    } else if has(&["type", "numImages", "image_size"]) {
        Model::Standard
    } else if !holds(&operation, "banana") {
        Model::Unknown
    } else if resolution.is_some() {
        // The name is not that of generate-2, and the standard model takes no resolution.
        Model::Pro
    } else {
        Model::Standard
    };
    (model, resolution.map_or(Resolution::Unknown, |(_, resolution)| *resolution))
}
