"""Problem documents (RFC 9457): what is wrong, where, the value seen, and what to do next."""

from collections.abc import Mapping
from typing import Any

from fastapi.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"
TITLES: Mapping[int, str] = {
    400: "请求无法读取 | The request can't be read",
    401: "需要令牌 | A token is needed",
    403: "没有权限 | Not allowed",
    404: "没有这条记录 | No such record",
    405: "方法不支持 | Method not allowed",
    409: "与现有记录冲突 | In conflict with what is there",
    413: "请求过大 | The request is too large",
    415: "内容类型不支持 | Content type not supported",
    422: "内容有误 | The content is wrong",
    429: "请求过于频繁 | Too many requests",
    500: "内部错误 | Internal error",
    503: "暂不可用 | Not available now",
}


def problem(
    status: int, detail: str, *, where: str = "", seen: str = "", next_step: str = "", **more: Any
) -> JSONResponse:
    """A problem document. `where` is the place in the request, `seen` the shortened value, `next_step` what to do."""
    body = {"type": "about:blank", "status": status, "title": TITLES.get(status, str(status)), "detail": detail}
    body |= {name: value for name, value in (("where", where), ("seen", seen[:200]), ("next", next_step)) if value}
    headers = {"WWW-Authenticate": 'Bearer realm="tradewarden"'} if status == 401 else {}
    return JSONResponse(body | more, status_code=status, media_type=MEDIA_TYPE, headers=headers)
