// The status page as it is sent: page.html with page.css and page.js in it, put together by embed_page.
#ifndef LEADERSHIP_BROKER_HTTP_PAGE_H_
#define LEADERSHIP_BROKER_HTTP_PAGE_H_

namespace leadership_broker::http {

extern const char kPage[];
// By which its Content-Security-Policy knows them: 'sha256-…'.
extern const char kPageStyleHash[];
extern const char kPageScriptHash[];

}  // namespace leadership_broker::http

#endif  // LEADERSHIP_BROKER_HTTP_PAGE_H_
