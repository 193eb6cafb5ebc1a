# SPDX-License-Identifier: Apache-2.0
"""The library's text functions, for comparisons with other programs."""
import ctypes


class Span(ctypes.Structure):
    _fields_ = [('ptr', ctypes.c_void_p), ('len', ctypes.c_size_t)]


class Token(ctypes.Structure):
    _fields_ = [('text', Span), ('start', ctypes.c_size_t), ('kind', ctypes.c_uint32),
                ('flags', ctypes.c_uint32)]


WORD, HASHTAG, MENTION, URL, EMOJI, NUMBER, EMOTICON, PUNCT = range(1, 9)


class Library:
    def __init__(self, path):
        self.lib = ctypes.CDLL(path)
        self.lib.kt_buf_bytes.restype = Span
        self.lib.kt_buf_bytes.argtypes = [ctypes.c_void_p]
        self.lib.kt_buf_truncate.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        for append in (self.lib.kt_transliterate, self.lib.kt_word_fold):
            append.argtypes = [Span, ctypes.c_void_p]
        self.lib.kt_token_next.argtypes = [Span, ctypes.POINTER(ctypes.c_size_t), ctypes.POINTER(Token)]
        env, self.buf = ctypes.c_void_p(), ctypes.c_void_p()
        assert self.lib.kt_env_new(None, ctypes.byref(env), None) == 0
        assert self.lib.kt_buf_new(env, ctypes.byref(self.buf), None) == 0

    def _append(self, call, text):
        data = text.encode()
        keep = ctypes.create_string_buffer(data, len(data))
        self.lib.kt_buf_truncate(self.buf, 0)
        assert call(Span(ctypes.addressof(keep), len(data)), self.buf) == 0
        out = self.lib.kt_buf_bytes(self.buf)
        return ctypes.string_at(out.ptr, out.len).decode() if out.len else ''

    def ascii(self, text):
        return self._append(self.lib.kt_transliterate, text)

    def fold(self, text):
        return self._append(self.lib.kt_word_fold, text)

    def tokens(self, text):
        data = text.encode()
        keep = ctypes.create_string_buffer(data, len(data))
        span, pos, token = Span(ctypes.addressof(keep), len(data)), ctypes.c_size_t(0), Token()
        while self.lib.kt_token_next(span, ctypes.byref(pos), ctypes.byref(token)):
            yield token.kind, ctypes.string_at(token.text.ptr, token.text.len).decode()
