//! Draws a task's picture: sky, sun, discs of light and waves, in colours and shapes that the seed and the id choose.

use crate::seed::Chance;

/// Width and height in pixels.
const SIZE: usize = 768;

type Colour = [f32; 3];

/// A filled curve: everything below its line is painted.
struct Wave {
    /// The height of the line, per column.
    line: Vec<f32>,
    top: Colour,
    bottom: Colour,
}

/// A disc with a soft edge.
struct Disc {
    x: f32,
    y: f32,
    radius: f32,
    colour: Colour,
    strength: f32,
    /// How many pixels the edge takes: one for a sharp disc, many for a glow.
    edge: f32,
}

/// The picture of `name` as PNG; `None` only if the encoder fails.
pub(crate) fn png(seed: u64, name: &str) -> Option<Vec<u8>> {
    encode(&paint(seed, name)).ok()
}

fn encode(pixels: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, SIZE as u32, SIZE as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_filter(png::Filter::Up);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}

fn paint(seed: u64, name: &str) -> Vec<u8> {
    let mut chance = Chance::of(seed, name);
    let hue = chance.unit();
    let turn = if chance.unit() < 0.5 { 1.0 } else { -1.0 } * chance.between(0.08, 0.3);
    let mut rows = sky(hue, turn, &mut chance);
    for disc in discs(hue, turn, &mut chance) {
        paint_disc(&mut rows, &disc);
    }
    for wave in waves(hue, turn, &mut chance) {
        paint_wave(&mut rows, &wave);
    }
    rows.iter().flatten().map(|part| (part.clamp(0.0, 1.0) * 255.0 + 0.5) as u8).collect()
}

/// A gradient from top to bottom.
fn sky(hue: f64, turn: f64, chance: &mut Chance) -> Vec<Colour> {
    let top = colour(hue, 0.55, chance.between(0.16, 0.4));
    let bottom = colour(hue + turn, 0.8, chance.between(0.7, 0.86));
    let mut pixels = Vec::with_capacity(SIZE * SIZE);
    for y in 0..SIZE {
        pixels.resize(pixels.len() + SIZE, mix(top, bottom, y as f32 / (SIZE as f32 * 0.75)));
    }
    pixels
}

fn discs(hue: f64, turn: f64, chance: &mut Chance) -> Vec<Disc> {
    let size = SIZE as f64;
    let (x, y) = (chance.between(0.2, 0.8) * size, chance.between(0.18, 0.48) * size);
    let radius = chance.between(0.08, 0.17) * size;
    let bright = colour(hue + turn * 1.6, 0.95, 0.86);
    let sun = |radius: f64, strength: f32, edge: f64| Disc {
        x: x as f32,
        y: y as f32,
        radius: radius as f32,
        colour: bright,
        strength,
        edge: edge as f32,
    };
    let mut discs = vec![sun(radius * 2.6, 0.5, radius * 2.4), sun(radius * 1.5, 0.25, 1.5), sun(radius, 1.0, 1.5)];
    for _ in 0..(3.0 + chance.unit() * 5.0) as usize {
        let shade = chance.between(0.6, 0.9);
        discs.push(Disc {
            x: (chance.unit() * size) as f32,
            y: (chance.between(0.0, 0.65) * size) as f32,
            radius: (chance.between(0.02, 0.11) * size) as f32,
            colour: colour(hue + turn * chance.between(0.5, 2.5), 0.7, shade),
            strength: chance.between(0.12, 0.4) as f32,
            edge: 1.5,
        });
    }
    discs
}

/// From the farthest, pale, to the nearest, dark.
fn waves(hue: f64, turn: f64, chance: &mut Chance) -> Vec<Wave> {
    let count = 4 + (chance.unit() * 3.0) as usize;
    let wave = |n: usize| {
        let near = (n as f64 + 1.0) / count as f64;
        let height = (0.46 + 0.42 * near + chance.between(-0.03, 0.03)) * SIZE as f64;
        let swing = chance.between(0.02, 0.075) * SIZE as f64;
        let shift = hue + turn * (1.4 - 1.6 * near);
        Wave {
            line: line(height, swing, chance),
            top: colour(shift, 0.6, 0.72 - 0.5 * near),
            bottom: colour(shift + 0.03, 0.65, 0.5 - 0.4 * near),
        }
    };
    (0..count).map(wave).collect()
}

/// Three sines on top of each other.
fn line(height: f64, swing: f64, chance: &mut Chance) -> Vec<f32> {
    let mut sine = |low: f64, high: f64| (chance.between(low, high), chance.between(0.0, std::f64::consts::TAU));
    let parts = [(1.0, sine(0.6, 1.6)), (0.45, sine(2.0, 3.8)), (0.18, sine(5.0, 9.0))];
    let at = |x: usize| {
        let turn = x as f64 / SIZE as f64 * std::f64::consts::TAU;
        let sum: f64 = parts.iter().map(|(weight, (pace, start))| weight * (turn * pace + start).sin()).sum();
        (height + swing * sum) as f32
    };
    (0..SIZE).map(at).collect()
}

fn paint_disc(pixels: &mut [Colour], disc: &Disc) {
    let (left, right) = reach(disc.x, disc.radius);
    let (top, bottom) = reach(disc.y, disc.radius);
    for y in top..bottom {
        let dy = y as f32 - disc.y;
        let Some(row) = pixels.get_mut(y * SIZE + left..y * SIZE + right) else {
            continue;
        };
        for (x, pixel) in (left..right).zip(row) {
            let dx = x as f32 - disc.x;
            let distance = (dx * dx + dy * dy).sqrt();
            if distance < disc.radius {
                let cover = ((disc.radius - distance) / disc.edge).min(1.0);
                *pixel = mix(*pixel, disc.colour, cover * cover * disc.strength);
            }
        }
    }
}

/// The columns or rows that something of this radius touches.
fn reach(middle: f32, radius: f32) -> (usize, usize) {
    let size = SIZE as f32;
    ((middle - radius).clamp(0.0, size) as usize, (middle + radius + 1.0).clamp(0.0, size) as usize)
}

fn paint_wave(pixels: &mut [Colour], wave: &Wave) {
    let highest = wave.line.iter().copied().fold(SIZE as f32, f32::min);
    let first = highest.clamp(0.0, SIZE as f32) as usize;
    for (y, row) in pixels.chunks_exact_mut(SIZE).enumerate().skip(first) {
        let shade = mix(wave.top, wave.bottom, (y as f32 - highest) / (SIZE as f32 * 0.3));
        for (pixel, line) in row.iter_mut().zip(&wave.line) {
            // How much of the pixel lies below the line: what makes the edge smooth.
            let cover = y as f32 + 1.0 - line;
            if cover >= 1.0 {
                *pixel = shade;
            } else if cover > 0.0 {
                *pixel = mix(*pixel, shade, cover);
            }
        }
    }
}

fn mix(from: Colour, to: Colour, share: f32) -> Colour {
    let share = share.clamp(0.0, 1.0);
    let [a, b, c] = from;
    let [x, y, z] = to;
    [a + (x - a) * share, b + (y - b) * share, c + (z - c) * share]
}

/// Hue, saturation and lightness, each from 0 to 1, to red, green and blue.
fn colour(hue: f64, saturation: f64, lightness: f64) -> Colour {
    let spread = saturation * lightness.min(1.0 - lightness);
    [0.0, 8.0, 4.0].map(|offset| {
        let place = (offset + hue.rem_euclid(1.0) * 12.0) % 12.0;
        (lightness - spread * (place - 3.0).min(9.0 - place).clamp(-1.0, 1.0)) as f32
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_depends_on_seed_and_name_alone() {
        let picture = png(1, "a").unwrap();
        assert_eq!(&picture[..8], b"\x89PNG\r\n\x1a\n");
        assert!(picture == png(1, "a").unwrap());
        assert!(picture != png(1, "b").unwrap());
        assert!(picture != png(2, "a").unwrap());
    }

    #[test]
    fn it_can_be_decoded_and_is_no_plain_field() {
        let file = png(1, "success-8s").unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (768, 768));
        let colours: std::collections::HashSet<&[u8]> = pixels.chunks(3).collect();
        assert!(colours.len() > 500, "{} colours", colours.len());
    }
}
