#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/text/transliterate_data.inc, the table behind kt_transliterate().

    python3 script/gen-transliterate.py > src/text/transliterate_data.inc

What the table is made from:
  * the compatibility decompositions (NFKD) of the Unicode character database 14.0.0, as Python's
    unicodedata has them (checked below): they give every letter that is a basic letter with marks;
  * the romanisation rules written down in this file: letters without a decomposition, Greek and
    Cyrillic letters, signs. They are stated here as facts (alpha is a, sha is sh, a box corner is +).
No table of any other project was copied. tests/interop/test_transliterate.py compares the result with
Python's unidecode 1.3.6, whose choices the rules follow where there is more than one custom.
"""
import sys
import unicodedata

UNICODE = '14.0.0'

# Blocks that the table covers; of other scripts only the signs in OTHER.
COVERED = [
    (0x0080, 0x052F), (0x1D00, 0x1DBF), (0x1E00, 0x218B), (0x2190, 0x22FF), (0x2303, 0x2303),
    (0x2329, 0x232A), (0x2460, 0x27BF), (0x2C60, 0x2C7F), (0x2E00, 0x2E7F), (0x3000, 0x303F),
    (0xFB00, 0xFB06), (0xFE20, 0xFE6F), (0xFF00, 0xFF65), (0xFFE0, 0xFFEF), (0x1D400, 0x1D7FF),
    (0x1F100, 0x1F1FF), (0x1F670, 0x1F67F),
]

# Letters and signs that stand for themselves inside a decomposition too: "char=ascii", one a word.
LETTERS = r"""
Æ=AE Ð=D Ø=O Þ=Th ß=ss æ=ae ð=d ø=o þ=th Đ=D đ=d Ħ=H ħ=h ı=i ĸ=k Ł=L ł=l Ŋ=ng ŋ=NG Œ=OE œ=oe
Ŧ=T ŧ=t ƀ=b Ɓ=B Ƃ=B ƃ=b Ƅ=6 ƅ=6 Ɔ=O Ƈ=C ƈ=c Ɖ=D Ɗ=D Ƌ=D ƌ=d ƍ=d Ǝ=3 Ə=@ Ɛ=E Ƒ=F ƒ=f Ɠ=G Ɣ=G ƕ=hv
Ɩ=I Ɨ=I Ƙ=K ƙ=k ƚ=l ƛ=l Ɯ=W Ɲ=N ƞ=n Ɵ=O Ƣ=OI ƣ=oi Ƥ=P ƥ=p Ʀ=YR Ƨ=2 ƨ=2 Ʃ=SH ƪ=sh ƫ=t Ƭ=T ƭ=t Ʈ=T
Ʊ=Y Ʋ=V Ƴ=Y ƴ=y Ƶ=Z ƶ=z Ʒ=ZH Ƹ=ZH ƹ=zh ƺ=zh ƻ=2 Ƽ=5 ƽ=5 ƾ=ts ƿ=w ǀ=| ǁ=|| ǂ=|= ǃ=! ǝ=@ Ǥ=G ǥ=g
Ƕ=HV Ƿ=W Ȝ=Y ȝ=y Ƞ=N ȡ=d Ȣ=OU ȣ=ou Ȥ=Z ȥ=z ȴ=l ȵ=n ȶ=t ȷ=j ȸ=db ȹ=qp Ⱥ=A Ȼ=C ȼ=c Ƚ=L Ⱦ=T ȿ=s ɀ=z
Ƀ=B Ʉ=U Ʌ=^ Ɇ=E ɇ=e Ɉ=J ɉ=j Ɋ=q ɋ=q Ɍ=R ɍ=r Ɏ=Y ɏ=y ẞ=Ss
Ⱡ=L ⱡ=l Ɫ=L Ᵽ=P Ɽ=R ⱥ=a ⱦ=t Ⱨ=H ⱨ=h Ⱪ=K ⱪ=k Ⱬ=Z ⱬ=z Ɱ=M Ɐ=A
ɐ=a ɑ=a ɒ=a ɓ=b ɔ=o ɕ=c ɖ=d ɗ=d ɘ=e ə=@ ɚ=@ ɛ=e ɜ=e ɝ=e ɞ=e ɟ=j ɠ=g ɡ=g ɢ=g ɣ=g ɤ=u ɥ=Y ɦ=h ɧ=h
ɨ=i ɩ=i ɪ=I ɫ=l ɬ=l ɭ=l ɮ=lZ ɯ=W ɰ=W ɱ=m ɲ=n ɳ=n ɴ=n ɵ=o ɶ=OE ɷ=O ɸ=F ɹ=r ɺ=r ɻ=r ɼ=r ɽ=r ɾ=r ɿ=r
ʀ=R ʁ=R ʂ=s ʃ=S ʄ=j ʅ=S ʆ=S ʇ=t ʈ=t ʉ=u ʊ=U ʋ=v ʌ=^ ʍ=w ʎ=y ʏ=Y ʐ=z ʑ=z ʒ=Z ʓ=Z ʔ=? ʕ=? ʖ=? ʗ=C
ʘ=@ ʙ=B ʚ=E ʛ=G ʜ=H ʝ=j ʞ=k ʟ=L ʠ=q ʡ=? ʢ=? ʣ=dz ʤ=dZ ʥ=dz ʦ=ts ʧ=tS ʨ=tC ʩ=fN ʪ=ls ʫ=lz ʬ=WW
ʭ=]] ʮ=h ʯ=h
ᴀ=A ᴁ=AE ᴂ=ae ᴃ=B ᴄ=C ᴅ=D ᴆ=D ᴇ=E ᴈ=e ᴉ=i ᴊ=J ᴋ=K ᴌ=L ᴍ=M ᴎ=N ᴏ=O ᴑ=O ᴓ=O ᴔ=Oe ᴕ=Ou ᴘ=P ᴙ=R ᴚ=R
ᴛ=T ᴜ=U ᴝ=u ᴞ=u ᴟ=m ᴠ=V ᴡ=W ᴢ=Z ᴯ=B ᴻ=N ᵬ=b ᵭ=d ᵮ=f ᵯ=m ᵰ=n ᵱ=p ᵲ=r ᵳ=r ᵴ=s ᵵ=t ᵶ=z ᵷ=g ᵽ=p
ᶀ=b ᶁ=d ᶂ=f ᶃ=g ᶄ=k ᶅ=l ᶆ=m ᶇ=n ᶈ=p ᶉ=r ᶊ=s ᶌ=v ᶍ=x ᶎ=z Ⅎ=F ⅎ=F
ʹ=' ʺ=" ʻ=` ʼ=' ʽ=` ʾ=` ʿ=' ˀ=? ˁ=? ˂=< ˃=> ˄=^ ˅=V ˆ=^ ˇ=V ˈ=' ˉ=- ˊ=/ ˋ=\ ˌ=, ˍ=_ ˎ=\ ˏ=/ ː=: ˑ=.
˒=` ˓=' ˔=^ ˕=V ˖=+ ˗=- ˞=R ˟=X ˬ=V ˭== ˮ="

Α=A Β=B Γ=G Δ=D Ε=E Ζ=Z Η=E Θ=Th Ι=I Κ=K Λ=L Μ=M Ν=N Ξ=Ks Ο=O Π=P Ρ=R Σ=S Τ=T Υ=U Φ=Ph Χ=Kh Ψ=Ps
Ω=O α=a β=b γ=g δ=d ε=e ζ=z η=e θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r ς=s σ=s τ=t υ=u φ=ph χ=kh
ψ=ps ω=o ϗ=& Ϛ=St ϛ=st Ϝ=W ϝ=w Ϟ=Q ϟ=q Ϡ=Sp ϡ=sp Ϣ=Sh ϣ=sh Ϥ=F ϥ=f Ϧ=Kh ϧ=kh Ϩ=H ϩ=h Ϫ=G ϫ=g Ϭ=CH
ϭ=ch Ϯ=Ti ϯ=ti ϳ=j

А=A Б=B В=V Г=G Д=D Е=E Ж=Zh З=Z И=I Й=I К=K Л=L М=M Н=N О=O П=P Р=R С=S Т=T У=U Ф=F Х=Kh Ц=Ts Ч=Ch
Ш=Sh Щ=Shch Ъ=' Ы=Y Ь=' Э=E Ю=Iu Я=Ia
а=a б=b в=v г=g д=d е=e ж=zh з=z и=i й=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch
ш=sh щ=shch ъ=' ы=y ь=' э=e ю=iu я=ia
Ђ=Dj Є=Ie Ѕ=Dz І=I Ј=J Љ=Lj Њ=Nj Ћ=Tsh Џ=Dzh ђ=dj є=ie ѕ=dz і=i ј=j љ=lj њ=nj ћ=tsh џ=dzh
Ѡ=O ѡ=o Ѣ=E ѣ=e Ѥ=Ie ѥ=ie Ѧ=E ѧ=e Ѩ=Ie ѩ=ie Ѫ=O ѫ=o Ѭ=Io ѭ=io Ѯ=Ks ѯ=ks Ѱ=Ps ѱ=ps Ѳ=F ѳ=f Ѵ=Y ѵ=y
Ѹ=u ѹ=u Ѻ=O ѻ=o Ѽ=O ѽ=o Ѿ=Ot ѿ=ot Ҁ=Q ҁ=q Ҍ=" ҍ=" Ҏ=R' ҏ=r' Ґ=G' ґ=g' Ғ=G' ғ=g' Ҕ=G' ҕ=g' Җ=Zh'
җ=zh' Ҙ=Z' ҙ=z' Қ=K' қ=k' Ҝ=K' ҝ=k' Ҟ=K' ҟ=k' Ҡ=K' ҡ=k' Ң=N' ң=n' Ҥ=Ng ҥ=ng Ҧ=P' ҧ=p' Ҩ=Kh ҩ=kh Ҫ=S'
ҫ=s' Ҭ=T' ҭ=t' Ү=U ү=u Ұ=U' ұ=u' Ҳ=Kh' ҳ=kh' Ҵ=Tts ҵ=tts Ҷ=Ch' ҷ=ch' Ҹ=Ch' ҹ=ch' Һ=H һ=h Ҽ=Ch ҽ=ch
Ҿ=Ch' ҿ=ch' Ӏ=` Ӄ=K' ӄ=k' Ӈ=N' ӈ=n' Ӌ=Ch ӌ=ch Ӕ=Ae ӕ=ae Ә=@ ә=@ Ӡ=Dz ӡ=dz Ө=O ө=o
"""

# Composed letters whose sound is not the basic letter's, and decomposable signs with a form of their
# own. These come before the decomposition.
WHOLE = r"""
ŉ='n ẛ=S Ё=Io ё=io Ѐ=Ie ѐ=ie Ѓ=Gj ѓ=gj Ї=Yi ї=yi Ќ=Kj ќ=kj Ӑ=a Ӗ=Ie ӗ=ie ᴭ=AE ᴲ=E ᴽ=Ou ᵄ=a ᵅ=a ᵆ=ae
ᵋ=e ᵌ=e ᵎ=i ᵙ=u ᵚ=m ᵟ=d ᵠ=f ᵩ=f ˠ=G ˤ=? Ŀ=L ŀ=l Ǯ=ZH ǯ=zh ʶ=r ΐ=I ẚ=a ῤ=R ῥ=R 🄪=<S> 🄫=(C) 🄬=(R) 🆭=(m)
¨=" ¯=- ´=' ¸=, µ=u ˘=V ˙=. ˚=@ ˛=, ˜=~ ˝="
͵=, ϕ=ph ϲ=c
᾽=' ᾿=' ῀=~ ῁="~ ῍='` ῎='' ῏='~ ῝=`' ῞=`' ῟=`~ ῭="` ῾=`
‾=- ‗=_ ″='' ‴=''' ‶=`` ‷=``` ⁗='''' ‽=!? ℗=(p) ℠=(sm) ™=(tm) ₨=Rs
ↀ=(D ↁ=D) ↂ=((|)) Ↄ=)
︱=-- ︲=- ︹=[ ︻=[( ︽=<< ︿=< ﹁=[ ﹃={ ﹄=} ﹑=, ﹘=- ﹝={ ﹞=}
｡=. ､=, ｢=[ ｣=] ･=* ￠=/C ￡=PS ￢=! ￣=- ￤=| ￥=Y= ￦=W= ￨=| ￩=- ￪=| ￫=- ￬=| ￭=# ￮=O
"""

SIGNS = r"""
¡=! ¢=C/ £=PS ¤=$? ¥=Y= ¦=| §=SS ©=(c) «=<< ¬=! ®=(r) °=deg ±=+- ¶=P ·=* »=>> ¿=? ×=x ÷=/
҂=*1000* ҈=*100.000* ҉=*1.000.000*
‐=- ‒=- –=- —=-- ―=-- ‖=|| ‘=' ’=' ‚=, ‛=' “=" ”=" „=,, ‟=" †=+ ‡=++ •=* ‣=*> ‧=. ‰=%0 ‱=%00 ′='
‵=` ‸=^ ‹=< ›=> ※=* ‿=_ ⁀=- ⁁=^ ⁂=*** ⁃=-- ⁄=/ ⁅=-[ ⁆=]- ⁊=& ⁋=PP ⁌=(] ⁍=[) ⁎=* ⁒=% ⁓=~ −=- ‑=-
₠=ECU ₡=CL ₢=Cr ₣=FF ₤=L ₥=mil ₦=N ₧=Pts ₩=W ₪=NS ₫=D €=EUR ₭=K ₮=T ₯=Dr ₰=Pf ₱=P ₲=G ₳=A ₴=UAH
₵=C| ₶=L ₷=Sm ₸=T ₹=Rs ₺=L ₻=M ₼=m ₽=R ₾=l ₿=BTC ℮=e
∕=/ ∖=\ ∗=* ∣=| ∶=: ∼=~ ≤=<= ≥=>= ≦=<= ≧=>= ⌃=^ 〈=<
♯=# ✱=* ❘=| ❜=' ❝=" ❞=" ❟=, ❠=,, ❢=!
⸀=r ⸁=r. ⸆=T ⸇=T. ⸉=s ⸋=[] ⸌=\ ⸍=/ ⸏=__ ⸒=> ⸓=% ⸖=> ⸗== ⸙=/ ⸚=- ⸛=~ ⸜=\ ⸝=/ ⸞=~ ⸟=~ ⸠=|- ⸡=-| ⸦=<=
⸧==> ⸨=(( ⸩=)) ⸬=:: ⸮=? ⸯ=' ⸰=o ⸱=. ⸲=, ⸳=. ⸴=, ⸵=; ⸺=---- ⸻=------ ⸼=x ⸽=| ⹀== ⹁=, ⹂=" ⹃=`--
〃=" 〄=[JIS] 々=" 〆=/ 〇=0 〈=< 《=<< 「=[ 『={ 【=[( 〒=@ 〔=[ 〖=[[ 〘=(( 〚=[[ 〝=`` 〞='' 〟=,, 〠=@ 〰=~ 〶=@
〡=1 〢=2 〣=3 〤=4 〥=5 〦=6 〧=7 〨=8 〩=9 〱=+ 〲=+ 〳=+ 〴=+ 〸=+10+ 〹=+20+ 〺=+30+
🙰=et 🙱=et 🙲=et 🙳=et 🙴=& 🙵=& 🙶=" 🙷=" 🙸=,, 🙹=!? 🙺=!? 🙻=!?
"""

# Signs of scripts whose letters have no form here.
OTHER = r"""
՚=' ՛=/ ՜=! ՝=, ՞=? ՟=. ։=: ֊=- ־=- ׀=| ׃=. ׳=' ״=" ،=, ؛=; ؟=? ٪=% ٫=. ٬=, ٭=* ۔=. ॰=. ৲=Rs ৳=Rs
⟦=[ ⟨=< ⦃={ ⩴=::= ⩵=== ⩶==== ﬩=+ ฿=Bh. ៛=KR
"""

# The zeros of their decimal digits.
ZEROS = [0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0,
         0xF20, 0x1040, 0x17E0, 0x1810]

# With blanks, and singletons (code points that normalisation turns into others).
SPACED = {
    '\u037e': '?', '\u0387': ';', '\u0374': "'", '\u1fee': '"\'', '\u1ffd': "'", '\u2126': 'ohm',
    '\u2329': '<', '\u232a': '> ',
    '、': ', ', '。': '. ', '\u3009': '> ', '》': '>> ', '」': '] ', '』': '} ', '】': ')] ',
    '〓': 'X ', '〕': '] ', '〗': ']] ', '〙': ')) ', '〛': ']] ', '〜': '~ ', '〷': ' // ',
    '︶': ') ', '︸': '} ', '︺': '] ', '︼': ')] ', '︾': '>> ', '﹀': '> ', '﹂': '] ',
    '℀': ' a/c ', '℁': ' a/s ', '℅': ' c/o ', '℆': ' c/u ',
    '№': 'No. ', '\ufe23': '~', '।': ' / ', '॥': ' // ', '⟩': '> ', '⦄': '} ',
    '\u200b': ' ', '\u2028': '\n', '\u2029': '\n\n',
}

# Small letters above, code point by code point from U+0363.
LETTERS_ABOVE = 'aeioucdhmrtvx'

# Names of the mathematical Greek alphabet U+1D6A8..U+1D6DA.
MATH_GREEK = '''Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lamda Mu Nu Xi Omicron Pi Rho
Theta Sigma Tau Upsilon Phi Chi Psi Omega nabla alpha beta gamma delta epsilon zeta eta theta iota
kappa lamda mu nu xi omicron pi rho sigma sigma tai upsilon phi chi psi omega'''.split()

# Squared words from U+1F191.
SQUARED = '''CL COOL FREE ID NEW NG OK SOS UP! VS 3D 2nc-Scr 2K 4K 8K 5.1 7.1 22.2 60P 120P d HC HDR
Hi-res Loss-less SHV UHD VOD'''.split()

# One sign for a row of symbols: (first, last, ASCII).
RUNS = [
    (0x2190, 0x21F3, None),  # arrows, below
    (0x25A0, 0x25B1, '#'), (0x25B2, 0x25B5, '^'), (0x25B6, 0x25BB, '>'), (0x25BC, 0x25BF, 'V'),
    (0x25C0, 0x25C5, '<'), (0x25C6, 0x25E6, '*'), (0x25E7, 0x25EB, '#'), (0x25EC, 0x25EE, '^'),
    (0x25EF, 0x25EF, 'O'), (0x25F0, 0x25F7, '#'),
    (0x2580, 0x2593, '#'), (0x2594, 0x2594, '-'), (0x2595, 0x2595, '|'),
    (0x2571, 0x2571, '/'), (0x2572, 0x2572, '\\'), (0x2573, 0x2573, 'X'),
]

# Arrows U+2190..U+21F3 by the line they draw.
ARROWS = ('-|-|-|\\/\\/' '--~~-|-|---|-||------|' '||||||' '^V\\=V^' '--||--||' '=|==|=|====='
          '=|=|=|\\/\\/' '==~~||' '-|-|--' '-|-|' '||||||' '-\\\\|')

# Decomposable or named code points that have no form.
NONE = [
    0x037A, 0x0384, 0x0385, 0x03F4, 0x03F5, 0x03F9, 0x1D4A, 0x1D51, 0x1D53, 0x1D61, 0x1D6A, 0x1D78,
    *range(0x1D9B, 0x1DC0), 0x2094, 0x2103, 0x2107, 0x2109, 0x210F, *range(0x213C, 0x2140), 0x2224,
    0x2241, 0x2260, 0x226E, 0x226F, 0x2270, 0x2271, 0x2C7C, 0x2C7D, *range(0xFE47, 0xFE50), 0xFF5F,
    *range(0x1D6DC, 0x1D7CC), 0x1F12D, 0x1F12E, *range(0x1F14A, 0x1F150), *range(0x1F16A, 0x1F16D),
]


def pairs(text):
    out = {}
    for word in text.split():
        out[word[0]] = word[2:]
    return out


def box(cp):
    """Box drawing: lines by their direction, all corners and crossings a plus."""
    name = unicodedata.name(chr(cp))
    words = name.replace('BOX DRAWINGS ', '').split()
    horizontal = {'HORIZONTAL', 'LEFT', 'RIGHT'} & set(words)
    vertical = {'VERTICAL', 'UP', 'DOWN'} & set(words)
    return '+' if horizontal and vertical else '-' if horizontal else '|'


def build():
    if unicodedata.unidata_version != UNICODE:
        sys.exit('gen-transliterate.py: needs a Python with Unicode %s (3.11), this one has %s'
                 % (UNICODE, unicodedata.unidata_version))
    letters, whole, signs = pairs(LETTERS), pairs(WHOLE), pairs(SIGNS)
    other = pairs(OTHER)
    basic = {**letters, **signs}
    exact = {**basic, **whole, **other, **SPACED}
    for i, c in enumerate(LETTERS_ABOVE):
        exact[chr(0x363 + i)] = c
    for i, c in enumerate(ARROWS):
        exact[chr(0x2190 + i)] = c
    for i, name in enumerate(MATH_GREEK):
        exact[chr(0x1D6A8 + i)] = name
    for i, word in enumerate(SQUARED):
        exact[chr(0x1F191 + i)] = '[%s]' % word
    for first, last, c in RUNS:
        for cp in range(first, last + 1):
            if c:
                exact[chr(cp)] = c
    for cp in range(0x2500, 0x2580):
        exact.setdefault(chr(cp), box(cp))
    for i in range(26):
        letter = chr(65 + i)
        exact[chr(0x1F130 + i)] = exact[chr(0x1F170 + i)] = '[%s]' % letter
        exact[chr(0x1F150 + i)] = '(%s)' % letter
    for i in range(10):  # negative circled 11-20, double circled 1-10
        exact[chr(0x24EB + i)] = str(11 + i)
        exact[chr(0x24F5 + i)] = str(1 + i)
    exact['\u24ff'] = '0'
    for cp in NONE:
        exact[chr(cp)] = ''

    table = {}
    for first, last in COVERED:
        for cp in range(first, last + 1):
            c = chr(cp)
            if c in exact:
                s = exact[c]
            else:
                d = unicodedata.normalize('NFKD', c)
                s = ''.join(x if ord(x) < 128 else basic.get(x, '') for x in d)
                if '⁄' in d and len(d) > 1:  # vulgar fractions are set off from a whole number
                    s = ' ' + s + (' ' if cp > 0xFF and d[-1] != '⁄' else '')
            if s:
                table[cp] = s
    for zero in ZEROS:
        for i in range(10):
            table[zero + i] = str(i)
    for c in [*other, *SPACED]:
        table[ord(c)] = exact[c]
    return table


def emit(table):
    bits = 6
    strings = sorted(set(table.values()), key=lambda s: (-len(s), s))
    pool = ''
    for s in strings:
        if s not in pool:
            pool += s
    assert len(pool) < 4096 and len(strings[0]) < 16
    blocks, index, top = [[0] * (1 << bits)], [], max(table) >> bits
    for b in range(top + 1):
        block = []
        for cp in range(b << bits, (b + 1) << bits):
            s = table.get(cp, '')
            block.append(pool.index(s) << 4 | len(s) if s else 0)
        if block not in blocks:
            blocks.append(block)
        index.append(blocks.index(block))
    assert len(blocks) < 256
    out = ['/* SPDX-License-Identifier: Apache-2.0 */',
           '/* Generated by script/gen-transliterate.py from Unicode %s decompositions and the rules there.'
           % UNICODE, ' * Do not edit. */', '/* clang-format off */',
           'enum { KT_TRANSLIT_BITS = %d, KT_TRANSLIT_BLOCKS = %d };' % (bits, top + 1), '',
           'static const char translit_pool[%d] =' % (len(pool) + 1)]
    for i in range(0, len(pool), 72):
        piece = pool[i:i + 72].replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n')
        out.append('  "%s"' % piece.replace('?', '\\?'))
    out[-1] += ';'
    out += ['', '/* Block of 64 code points -> row of translit_entry. */',
            'static const uint8_t translit_block[KT_TRANSLIT_BLOCKS] = {']
    for i in range(0, len(index), 24):
        out.append('  ' + ','.join(map(str, index[i:i + 24])) + ',')
    out += ['};', '', '/* Offset in the pool << 4 | length; 0: no form. */',
            'static const uint16_t translit_entry[%d][%d] = {' % (len(blocks), 1 << bits)]
    for block in blocks:
        out.append('  {')
        for i in range(0, len(block), 16):
            out.append('    ' + ','.join(map(str, block[i:i + 16])) + ',')
        out.append('  },')
    out.append('};')
    print('\n'.join(out))


if __name__ == '__main__':
    emit(build())
