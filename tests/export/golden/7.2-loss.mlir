// test.ad as StableHLO, written by Wengert.
// @main result 0: L
// @main result 1: grad(L, w)
// @main result 2: grad(L, w)
module @wengert {
  func.func public @main(%w: tensor<f64>, %x: tensor<f64>, %y: tensor<f64>) -> (tensor<f64>, tensor<f64>, tensor<f64>) {
    %0 = stablehlo.constant dense<0.5> : tensor<f64>
    %1 = stablehlo.multiply %w, %x : tensor<f64>
    %2 = stablehlo.subtract %y, %1 : tensor<f64>
    %3 = stablehlo.constant dense<2.0> : tensor<f64>
    %4 = stablehlo.power %2, %3 : tensor<f64>
    %L = stablehlo.multiply %0, %4 : tensor<f64>
    %6 = stablehlo.multiply %3, %2 : tensor<f64>
    %7 = stablehlo.multiply %0, %6 : tensor<f64>
    %8 = stablehlo.negate %7 : tensor<f64>
    %9 = stablehlo.multiply %8, %x : tensor<f64>
    %10 = stablehlo.compare NE, %L, %L, FLOAT : (tensor<f64>, tensor<f64>) -> tensor<i1>
    %11 = stablehlo.constant dense<0x7FF8000000000000> : tensor<f64>
    %12 = stablehlo.select %10, %11, %9 : tensor<i1>, tensor<f64>
    return %L, %12, %12 : tensor<f64>, tensor<f64>, tensor<f64>
  }
}
