package bench

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// figure is a line of the table.
type figure struct {
	Name         string   `json:"name"`
	Value        float64  `json:"value"` // the median
	Low          float64  `json:"low"`   // of all rounds
	High         float64  `json:"high"`
	Unit         string   `json:"unit"`
	Against      string   `json:"against,omitempty"`
	AgainstValue float64  `json:"against_value,omitempty"`
	Ratio        float64  `json:"ratio,omitempty"` // the median of each round's: what is measured by turns has the same machine
	Goal         *float64 `json:"goal,omitempty"`  // for Ratio where there is one, else for Value
	Better       string   `json:"better"`          // more or less
}

const (
	more = "more"
	less = "less"
)

func goal(x float64) *float64 { return &x }

// fromRounds makes a figure of what each round has given, and its peer in the same round: none for a figure without one.
func fromRounds(f figure, values, against []float64) figure {
	f.Value, f.Low, f.High = median(values), slices.Min(values), slices.Max(values)
	if len(against) == 0 {
		return f
	}
	ratios := make([]float64, len(values))
	for i := range values {
		ratios[i] = values[i] / against[i]
	}
	f.AgainstValue, f.Ratio = median(against), median(ratios)
	return f
}

func median(values []float64) float64 { return quantile(values, 0.5) }

// quantile is the value below which a part q of all lies; between two it is in proportion.
func quantile(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := q * float64(len(sorted)-1)
	below := int(at)
	if below+1 == len(sorted) {
		return sorted[below]
	}
	return sorted[below] + (at-float64(below))*(sorted[below+1]-sorted[below])
}

// met says whether the goal was reached.
func (f figure) met() bool {
	is := f.Value
	if f.Ratio != 0 {
		is = f.Ratio
	}
	return f.Goal == nil || f.Better == more && is >= *f.Goal || f.Better == less && is <= *f.Goal
}

// number has three digits that count.
func number(x float64) string {
	if math.Abs(x) >= 100 {
		return strconv.FormatFloat(math.Round(x), 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// table prints the figures in Markdown, as docs/performance.md has them.
func table(all []figure, notes []string, machine string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n| figure | median (all rounds) | against | ratio | goal | |\n|---|---|---|---|---|---|\n", machine)
	for _, f := range all {
		against, ratio, wanted, said := "", "", "", ""
		if f.Against != "" {
			against, ratio = f.Against+": "+number(f.AgainstValue), number(f.Ratio)
		}
		if f.Goal != nil {
			sign := map[string]string{more: "≥", less: "≤"}[f.Better]
			wanted, said = sign+" "+number(*f.Goal), "met"
			if !f.met() {
				said = "missed"
			}
		}
		fmt.Fprintf(&b, "| %s | %s %s (%s to %s) | %s | %s | %s | %s |\n", f.Name, number(f.Value), f.Unit, number(f.Low), number(f.High), against, ratio, wanted, said)
	}
	for _, n := range notes {
		fmt.Fprintf(&b, "\nLeft out: %s\n", n)
	}
	return b.String()
}

// machine says where it was measured, and when.
func machine() string {
	model := "a processor that says no name"
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			model = cmp.Or(strings.TrimSpace(value), model)
			break
		}
	}
	return fmt.Sprintf("%s, %d cores, %s, %s", model, runtime.NumCPU(), runtime.Version(), time.Now().UTC().Format("2 January 2006"))
}

func TestFigure_IsTheMedianAndItsRatioThatOfRounds(t *testing.T) {
	t.Parallel()
	f := fromRounds(figure{Better: more, Goal: goal(2)}, []float64{30, 10, 20}, []float64{10, 10, 5})
	if f.Value != 20 || f.Low != 10 || f.High != 30 || f.AgainstValue != 10 || f.Ratio != 3 || !f.met() {
		t.Errorf("%+v", f)
	}
	if f.Goal = goal(3.1); f.met() {
		t.Error("a ratio of 3 reaches 3.1")
	}
	alone := fromRounds(figure{Better: less, Goal: goal(15)}, []float64{10, 20}, nil)
	if alone.Value != 15 || alone.Ratio != 0 || !alone.met() {
		t.Errorf("%+v", alone)
	}
	if alone.Goal = goal(14.9); alone.met() {
		t.Error("15 is not above 14.9")
	}
	if (figure{Value: 1, Better: less}).met() != true {
		t.Error("a figure without a goal misses it")
	}
}

func TestQuantile_LiesBetweenItsNeighbours(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		q, want float64
	}{{0, 1}, {0.5, 2.5}, {1, 4}, {0.25, 1.75}} {
		if got := quantile([]float64{4, 1, 3, 2}, c.q); got != c.want {
			t.Errorf("%v: %v, want %v", c.q, got, c.want)
		}
	}
	if !math.IsNaN(quantile(nil, 0.5)) {
		t.Error("of nothing there is a value")
	}
}

func TestTable_SaysWhatIsMissedAndLeftOut(t *testing.T) {
	t.Parallel()
	got := table([]figure{
		{Name: "a", Value: 1234.4, Low: 1, High: 2000, Unit: "a second", Against: "peer", AgainstValue: 1000, Ratio: 1.234, Goal: goal(1), Better: more},
		{Name: "b", Value: 4, Low: 4, High: 4, Unit: "MB", Goal: goal(3), Better: less},
		{Name: "c", Value: 0.5, Unit: "s", Better: less},
	}, []string{"peer two is not installed"}, "here")
	for _, want := range []string{
		"| a | 1234 a second (1 to 2000) | peer: 1000 | 1.23 | ≥ 1 | met |\n", "| b | 4 MB (4 to 4) |  |  | ≤ 3 | missed |\n", "| c | 0.5 s (0 to 0) |  |  |  |  |\n", "\nLeft out: peer two is not installed\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if !strings.HasPrefix(got, "here\n\n| figure |") {
		t.Errorf("it begins otherwise:\n%s", got)
	}
}

func TestFigure_HasTheNamesOfTheForm(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(figure{Name: "a", Value: 1, Unit: "s", Against: "b", AgainstValue: 2, Ratio: 0.5, Goal: goal(0), Better: less})
	if want := `{"name":"a","value":1,"low":0,"high":0,"unit":"s","against":"b","against_value":2,"ratio":0.5,"goal":0,"better":"less"}`; err != nil || string(b) != want {
		t.Errorf("%s (%v), want %s", b, err, want)
	}
}
