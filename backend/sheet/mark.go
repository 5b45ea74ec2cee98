package sheet

import "countersign/backend/sheet/internal/pdf"

// markGrid is the side of the square that the mark is drawn on.
const markGrid = 16.0

// mark is the open ring and the pen stroke of logo.svg, in one colour, its arcs as
// cubic curves.
var mark = []pdf.Segment{
	{Op: 'm', Points: []float64{11.42, 2.57}},
	{Op: 'c', Points: []float64{9.226, 0.787, 6.176, 0.499, 3.687, 1.839}},
	{Op: 'c', Points: []float64{1.198, 3.179, -0.241, 5.885, 0.040, 8.697}},
	{Op: 'c', Points: []float64{0.321, 11.510, 2.265, 13.878, 4.970, 14.700}},
	{Op: 'l', Points: []float64{6.05, 12.65}},
	{Op: 'c', Points: []float64{4.063, 12.245, 2.553, 10.624, 2.289, 8.614}},
	{Op: 'c', Points: []float64{2.025, 6.603, 3.066, 4.647, 4.881, 3.744}},
	{Op: 'c', Points: []float64{6.696, 2.840, 8.885, 3.188, 10.330, 4.610}},
	{Op: 'h'},
	{Op: 'm', Points: []float64{13.38, 1}},
	{Op: 'l', Points: []float64{15.93, 1}},
	{Op: 'l', Points: []float64{8.49, 15}},
	{Op: 'l', Points: []float64{5.94, 15}},
	{Op: 'h'},
}
