// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Deviations of real clients that we tolerate on purpose. Each is a named switch with a reason and a test.

namespace oxb::front::quirks {

// X-RequestType is compared without case: some MAPI clients write "execute". [MS-OXCMAPIHTTP] 2.2.3.3.1
constexpr bool kRequestTypeIgnoresCase = true;

// /mapi/emsmdb without the slash at the end, and in any case, is the same endpoint: proxies rewrite it.
constexpr bool kEndpointPathIsLoose = true;

// A missing X-RequestId or X-ClientInfo is no reason to refuse: diagnostic tools leave them out. What came is echoed.
constexpr bool kRequestIdIsOptional = true;

// Content-Type is not looked at: the specification wants application/mapi-http, some clients send octet-stream.
constexpr bool kAnyContentType = true;

// Disconnect and Unbind are accepted with a stale sequence cookie: the context goes away anyhow.
constexpr bool kDisconnectIgnoresSequence = true;

}  // namespace oxb::front::quirks
