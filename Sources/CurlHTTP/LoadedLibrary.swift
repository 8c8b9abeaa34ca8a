import CurlShims

/// libcurl, which is loaded when it is first needed.
enum LoadedLibrary {
    /// `curl_global_init` is done once in a process, is safe with threads since 7.84, and is never undone.
    private static let globalInitialization: CURLcode = curl_shims_global_init(Int(CURL_GLOBAL_DEFAULT))

    /// Loads it unless it is loaded. Whatever else is called of libcurl, this comes before.
    ///
    /// - Throws: ``HTTPClientError/Code/internalError`` that says what to install where there is none, or one too old.
    static func require() throws(HTTPClientError) {
        if let problem = curl_shims_problem() {
            throw HTTPClientError(.internalError, String(cString: problem))
        }
        guard globalInitialization == CURLE_OK else {
            throw HTTPClientError(.internalError, "libcurl could not be initialized")
        }
    }
}
