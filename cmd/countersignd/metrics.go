package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"countersign/backend/api"
	"countersign/backend/postgres"
	"countersign/backend/words"
)

// metrics are what Prometheus collects. No label has anything that a client chooses: there would be a series for each value.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	open     prometheus.Gauge
}

func newMetrics(connections func() (transactions, locks postgres.Connections), expires func() time.Time, ready func() bool) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "countersign_http_requests_total", Help: say(words.TerminalServerMetricRequests, nil)}, []string{"route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "countersign_http_request_seconds", Help: say(words.TerminalServerMetricTook, nil), Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 120},
		}, []string{"route"}),
		open: prometheus.NewGauge(prometheus.GaugeOpts{Name: "countersign_http_requests_open", Help: say(words.TerminalServerMetricOpen, nil)}),
	}
	m.registry.MustRegister(
		m.requests, m.took, m.open, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		pool{connections},
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "countersign_certificate_expires_seconds", Help: say(words.TerminalServerMetricExpires, nil)}, func() float64 {
			return float64(expires().Unix())
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "countersign_ready", Help: say(words.TerminalServerMetricReady, nil)}, func() float64 {
			if ready() {
				return 1
			}
			return 0
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "countersign_build_info", Help: say(words.TerminalServerMetricBuild, nil), ConstLabels: prometheus.Labels{"version": version}}, func() float64 { return 1 }),
	)
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

// pool collects the connections to the database.
type pool struct {
	connections func() (transactions, locks postgres.Connections)
}

var (
	poolInUse  = prometheus.NewDesc("countersign_database_connections_in_use", say(words.TerminalServerMetricInUse, nil), []string{"pool"}, nil)
	poolIdle   = prometheus.NewDesc("countersign_database_connections_idle", say(words.TerminalServerMetricIdle, nil), []string{"pool"}, nil)
	poolMost   = prometheus.NewDesc("countersign_database_connections_max", say(words.TerminalServerMetricMost, nil), []string{"pool"}, nil)
	poolWaits  = prometheus.NewDesc("countersign_database_waits_total", say(words.TerminalServerMetricWaits, nil), []string{"pool"}, nil)
	poolWaited = prometheus.NewDesc("countersign_database_wait_seconds_total", say(words.TerminalServerMetricWaited, nil), []string{"pool"}, nil)
)

// Describe implements prometheus.Collector.
func (pool) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{poolInUse, poolIdle, poolMost, poolWaits, poolWaited} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (p pool) Collect(out chan<- prometheus.Metric) {
	transactions, locks := p.connections()
	for name, c := range map[string]postgres.Connections{"transactions": transactions, "locks": locks} {
		out <- prometheus.MustNewConstMetric(poolInUse, prometheus.GaugeValue, float64(c.InUse), name)
		out <- prometheus.MustNewConstMetric(poolIdle, prometheus.GaugeValue, float64(c.Idle), name)
		out <- prometheus.MustNewConstMetric(poolMost, prometheus.GaugeValue, float64(c.Most), name)
		out <- prometheus.MustNewConstMetric(poolWaits, prometheus.CounterValue, float64(c.Waits), name)
		out <- prometheus.MustNewConstMetric(poolWaited, prometheus.CounterValue, c.Waited.Seconds(), name)
	}
}

// watched gives each request an ID, counts it, and writes it to the log: its route and not its address, which a client chooses.
func watched(next http.Handler, m *metrics, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, id := withRequest(r)
		r = r.WithContext(ctx)
		w.Header().Set(api.RequestID, id)
		answer := &recorder{ResponseWriter: w}
		began := time.Now()
		m.open.Inc()
		defer func() {
			m.open.Dec()
			fault := recover()
			if fault != nil && fault != http.ErrAbortHandler {
				log.ErrorContext(ctx, "a handler has failed", "fault", fmt.Sprintf("%T", fault), "stack", stack())
				if answer.status == 0 {
					answer.WriteHeader(http.StatusInternalServerError)
				}
			}
			route := r.Pattern
			if route == "" {
				route = "none"
			}
			took := time.Since(began)
			m.requests.WithLabelValues(route, strconv.Itoa(answer.sent())).Inc()
			m.took.WithLabelValues(route).Observe(took.Seconds())
			log.InfoContext(ctx, "request", "route", route, "status", answer.sent(), "ms", took.Milliseconds(), "bytes", answer.bytes, "from", r.RemoteAddr)
			if fault != nil {
				panic(http.ErrAbortHandler) // the connection ends; what there is to say was said
			}
		}()
		next.ServeHTTP(answer, r)
	})
}

func stack() string {
	b := make([]byte, 16<<10)
	return string(b[:runtime.Stack(b, false)])
}

// recorder notes how a request was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// Unwrap gives http.ResponseController what is beneath.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// sent is the status that went out: what answers with nothing answers with 200.
func (r *recorder) sent() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}
