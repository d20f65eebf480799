//! Bytes as text that `atob` and `Uint8Array.fromBase64` read.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Standard base64 with padding.
pub(super) fn encode(bytes: &[u8]) -> String {
    bytes.chunks(3).flat_map(four).collect()
}

fn four(three: &[u8]) -> [char; 4] {
    let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
    let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    let letter = |shift: u32| char::from(ALPHABET[(bits >> shift & 63) as usize]);
    [letter(18), letter(12), if three.len() > 1 { letter(6) } else { '=' }, if three.len() > 2 { letter(0) } else { '=' }]
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn encodes_the_examples_of_rfc_4648() {
        let pairs = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")];
        for (bytes, text) in pairs {
            assert_eq!(encode(bytes.as_bytes()), text);
        }
        assert_eq!(encode(&[0xfb, 0xff, 0xfe]), "+//+");
    }
}
