//! Bodies of posts made by chance from the fields of a form: nearly right, wrong in one way, and nothing like a form.

use fastrand::Rng;

pub type Fields = Vec<(String, String)>;

/// A body, and what its header calls it.
pub struct Body {
    pub kind: &'static str,
    pub bytes: Vec<u8>,
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Values that some program has failed at.
const ODD: &[&str] = &[
    "",
    " ",
    "\0",
    "a\0b",
    "x",
    "on",
    "yes",
    "no",
    "0",
    "-1",
    "1",
    "45",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "99999999999999999999999999",
    "1e400",
    "NaN",
    "٠١٢٣",
    "2026-06-04",
    "2026-02-30",
    "2026-03-29",
    "2026-10-25",
    "1752-09-03",
    "9999-12-31",
    "9999-12-30",
    "-009999-01-01",
    "+262143-01-01",
    "0000-00-00",
    "31/12/9999",
    "1/1/1",
    "tomorrow",
    "00:00",
    "01:30",
    "23:59",
    "24:61",
    "10.30am",
    "23:59:60",
    "BP-3333-4444",
    "BP-7K3M-9QX4",
    "../../etc/passwd",
    "//example.org",
    "/staff/account",
    "https://example.org/",
    "a@b",
    "ada@example.org",
    "Ada <ada@example.org>",
    "ada@xn--a",
    "ada@\u{e9}xample.org",
    "\"a b\"@example.org",
    "+44 (0)20 7946 0123",
    "x\r\nBcc: y@example.org",
    "=1+1",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "' or 1=1 --",
    "%",
    "%00%ff",
    "e\u{301}\u{301}\u{301}",
    "\u{202e}kcab",
    "\u{10ffff}\u{fffe}",
    "ﷺ",
    "👩‍👩‍👧",
    "ß",
    "İ",
    "i̇",
    "numb between my legs",
    "i want to die",
    "{}",
    "[]",
    "{\"id\":\"\",\"rawId\":\"\",\"type\":\"public-key\",\"response\":{}}",
    "AAAA",
];

/// Bytes that are no text, or no way to write it.
const BROKEN: &[&[u8]] = &[
    b"%",
    b"%f",
    b"%GG",
    b"%ff",
    b"%00",
    b"%c0%80",
    b"%ed%a0%80",
    b"%f4%90%80%80",
    b"\xff",
    b"\xc3",
    b"\0",
    b"&&",
    b"==",
    b";",
    b"\r\n",
    b"+",
    b"%26x=",
];

/// One for the form that has these fields; `others` are names of fields of other forms.
pub fn body(chance: &mut Rng, form: &Fields, others: &[String]) -> Body {
    let of_form = |bytes| Body { kind: FORM, bytes };
    match chance.u8(..100) {
        0..20 => of_form(written(form)),
        20..70 => of_form(written(&changed(chance, form, others))),
        70..82 => {
            let fields = changed(chance, form, others);
            of_form(broken(chance, written(&fields)))
        }
        82..88 => {
            let length = chance.usize(..300);
            of_form((0..length).map(|_| chance.u8(..)).collect())
        }
        88..91 => {
            let length = chance.usize(20_000..40_000);
            let mut bytes = written(form);
            bytes.extend(std::iter::repeat_n(b'a', length));
            of_form(bytes)
        }
        91..94 => of_form(b"a=&".repeat(chance.usize(..9000))),
        94..97 => Body { kind: "multipart/form-data; boundary=xx", bytes: in_parts(form) },
        _ => {
            let kinds =
                ["", "application/json", "text/plain", "application/x-www-form-urlencoded; charset=x", "\t"];
            let kind = kinds[chance.usize(..kinds.len())];
            Body { kind, bytes: if chance.bool() { b"{\"a\":1}".to_vec() } else { written(form) } }
        }
    }
}

pub fn written(fields: &Fields) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
}

/// One to three changes: a field left out, given twice, filled with something odd, or one that is not asked for.
fn changed(chance: &mut Rng, form: &Fields, others: &[String]) -> Fields {
    let mut fields = form.clone();
    for _ in 0..chance.usize(1..4) {
        let any = (!fields.is_empty()).then(|| chance.usize(..fields.len()));
        match (chance.u8(..10), any) {
            (0..2, Some(at)) => drop(fields.remove(at)),
            (2, Some(at)) => fields.push((fields[at].0.clone(), odd(chance))),
            (3, Some(at)) => fields.extend(vec![fields[at].clone(); chance.usize(1..200)]),
            (4..8, Some(at)) => fields[at].1 = odd(chance),
            _ if others.is_empty() => {}
            _ => fields.push((others[chance.usize(..others.len())].clone(), odd(chance))),
        }
    }
    fields
}

fn odd(chance: &mut Rng) -> String {
    let word = ODD[chance.usize(..ODD.len())];
    match chance.u8(..10) {
        0 => word.repeat(chance.usize(1..600)),
        1 => format!("{word}{}", ODD[chance.usize(..ODD.len())]),
        2 => (0..chance.usize(..60)).map(|_| chance.char(..)).collect(),
        _ => word.to_owned(),
    }
}

fn broken(chance: &mut Rng, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..chance.usize(1..6) {
        let at = chance.usize(..=bytes.len());
        let piece = BROKEN[chance.usize(..BROKEN.len())];
        bytes.splice(at..at, piece.iter().copied());
    }
    bytes
}

fn in_parts(form: &Fields) -> Vec<u8> {
    let part = |(name, value): &(String, String)| {
        format!("--xx\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    (form.iter().map(part).collect::<String>() + "--xx--\r\n").into_bytes()
}
