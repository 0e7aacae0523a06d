// test.ad as StableHLO, written by Wengert.
// @main result 0: cost
// @main result 1: w
// @main result 2: costs
// @main result 3: total
// @main result 4: n
module @wengert {
  func.func public @main(%w: tensor<2x1xf64>, %costs: tensor<5x1xf64>, %n: tensor<f64>, %total: tensor<f64>) -> (tensor<f64>, tensor<2x1xf64>, tensor<5x1xf64>, tensor<f64>, tensor<f64>) {
    %0 = stablehlo.constant dense<3.0> : tensor<f64>
    %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f64>) -> tensor<2x1xf64>
    %2 = stablehlo.subtract %w, %1 : tensor<2x1xf64>
    %3 = stablehlo.constant dense<2.0> : tensor<f64>
    %4 = stablehlo.broadcast_in_dim %3, dims = [] : (tensor<f64>) -> tensor<2x1xf64>
    %5 = stablehlo.power %2, %4 : tensor<2x1xf64>
    %6 = stablehlo.constant dense<0.0> : tensor<f64>
    %cost = stablehlo.reduce(%5 init: %6) applies stablehlo.add across dimensions = [0, 1] : (tensor<2x1xf64>, tensor<f64>) -> tensor<f64>
    return %cost, %w, %costs, %total, %n : tensor<f64>, tensor<2x1xf64>, tensor<5x1xf64>, tensor<f64>, tensor<f64>
  }

  func.func public @run(%w: tensor<2x1xf64>, %costs: tensor<5x1xf64>, %n: tensor<f64>, %total: tensor<f64>) -> (tensor<2x1xf64>, tensor<5x1xf64>, tensor<f64>, tensor<f64>) {
    %0 = stablehlo.constant dense<0.0> : tensor<f64>
    %1 = stablehlo.constant dense<5.0> : tensor<f64>
    %30:4 = stablehlo.while(%w_ = %w, %costs_ = %costs, %n_ = %n, %left = %1) : tensor<2x1xf64>, tensor<5x1xf64>, tensor<f64>, tensor<f64>
    cond {
      %2 = stablehlo.constant dense<1.0> : tensor<f64>
      %3 = stablehlo.compare GE, %left, %2, FLOAT : (tensor<f64>, tensor<f64>) -> tensor<i1>
      stablehlo.return %3 : tensor<i1>
    } do {
      %4 = stablehlo.constant dense<1.0> : tensor<f64>
      %5 = stablehlo.add %n_, %4 : tensor<f64>
      %6 = stablehlo.constant dense<3.0> : tensor<f64>
      %7 = stablehlo.broadcast_in_dim %6, dims = [] : (tensor<f64>) -> tensor<2x1xf64>
      %8 = stablehlo.subtract %w_, %7 : tensor<2x1xf64>
      %9 = stablehlo.constant dense<2.0> : tensor<f64>
      %10 = stablehlo.broadcast_in_dim %9, dims = [] : (tensor<f64>) -> tensor<2x1xf64>
      %11 = stablehlo.power %8, %10 : tensor<2x1xf64>
      %cost = stablehlo.reduce(%11 init: %0) applies stablehlo.add across dimensions = [0, 1] : (tensor<2x1xf64>, tensor<f64>) -> tensor<f64>
      %13 = stablehlo.subtract %5, %4 : tensor<f64>
      %14 = stablehlo.convert %13 : (tensor<f64>) -> tensor<i64>
      %15 = stablehlo.subtract %4, %4 : tensor<f64>
      %16 = stablehlo.convert %15 : (tensor<f64>) -> tensor<i64>
      %17 = stablehlo.reshape %cost : (tensor<f64>) -> tensor<1x1xf64>
      %18 = stablehlo.dynamic_update_slice %costs_, %17, %14, %16 : (tensor<5x1xf64>, tensor<1x1xf64>, tensor<i64>, tensor<i64>) -> tensor<5x1xf64>
      %19 = stablehlo.constant dense<0.1> : tensor<f64>
      %20 = stablehlo.multiply %10, %8 : tensor<2x1xf64>
      %21 = stablehlo.compare NE, %cost, %cost, FLOAT : (tensor<f64>, tensor<f64>) -> tensor<i1>
      %22 = stablehlo.constant dense<0x7FF8000000000000> : tensor<f64>
      %23 = stablehlo.broadcast_in_dim %21, dims = [] : (tensor<i1>) -> tensor<2x1xi1>
      %24 = stablehlo.broadcast_in_dim %22, dims = [] : (tensor<f64>) -> tensor<2x1xf64>
      %25 = stablehlo.select %23, %24, %20 : tensor<2x1xi1>, tensor<2x1xf64>
      %26 = stablehlo.broadcast_in_dim %19, dims = [] : (tensor<f64>) -> tensor<2x1xf64>
      %27 = stablehlo.multiply %26, %25 : tensor<2x1xf64>
      %28 = stablehlo.subtract %w_, %27 : tensor<2x1xf64>
      %29 = stablehlo.subtract %left, %4 : tensor<f64>
      stablehlo.return %28, %18, %5, %29 : tensor<2x1xf64>, tensor<5x1xf64>, tensor<f64>, tensor<f64>
    }
    %31 = stablehlo.constant dense<1.0> : tensor<f64>
    %32 = stablehlo.constant dense<3.0> : tensor<f64>
    %33 = stablehlo.slice %30#0 [0:1, 0:1] : (tensor<2x1xf64>) -> tensor<1x1xf64>
    %34 = stablehlo.reshape %33 : (tensor<1x1xf64>) -> tensor<f64>
    %42:2 = stablehlo.while(%total_ = %total, %i_ = %31) : tensor<f64>, tensor<f64>
    cond {
      %35 = stablehlo.compare LE, %i_, %32, FLOAT : (tensor<f64>, tensor<f64>) -> tensor<i1>
      stablehlo.return %35 : tensor<i1>
    } do {
      %36 = stablehlo.compare GT, %i_, %31, FLOAT : (tensor<f64>, tensor<f64>) -> tensor<i1>
      %40 = "stablehlo.if"(%36) ({
        %37 = stablehlo.multiply %i_, %34 : tensor<f64>
        %38 = stablehlo.add %total_, %37 : tensor<f64>
        stablehlo.return %38 : tensor<f64>
      }, {
        %39 = stablehlo.subtract %total_, %31 : tensor<f64>
        stablehlo.return %39 : tensor<f64>
      }) : (tensor<i1>) -> (tensor<f64>)
      %41 = stablehlo.add %i_, %31 : tensor<f64>
      stablehlo.return %40, %41 : tensor<f64>, tensor<f64>
    }
    %43 = stablehlo.subtract %42#1, %31 : tensor<f64>
    %53:2 = stablehlo.while(%n_2 = %30#2, %total_2 = %42#0) : tensor<f64>, tensor<f64>
    cond {
      %44 = stablehlo.constant dense<10.0> : tensor<f64>
      %45 = stablehlo.compare LT, %total_2, %44, FLOAT : (tensor<f64>, tensor<f64>) -> tensor<i1>
      %46 = stablehlo.constant dense<20.0> : tensor<f64>
      %47 = stablehlo.compare LT, %n_2, %46, FLOAT : (tensor<f64>, tensor<f64>) -> tensor<i1>
      %48 = stablehlo.and %45, %47 : tensor<i1>
      stablehlo.return %48 : tensor<i1>
    } do {
      %49 = stablehlo.add %n_2, %31 : tensor<f64>
      %50 = stablehlo.constant dense<2.0> : tensor<f64>
      %51 = stablehlo.multiply %50, %total_2 : tensor<f64>
      %52 = stablehlo.add %51, %31 : tensor<f64>
      stablehlo.return %49, %52 : tensor<f64>, tensor<f64>
    }
    return %30#0, %30#1, %53#0, %53#1 : tensor<2x1xf64>, tensor<5x1xf64>, tensor<f64>, tensor<f64>
  }
}
