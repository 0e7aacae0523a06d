// test.ad as StableHLO, written by Wengert.
// @main result 0: loss
// @main result 1: grad(loss, V)
// @main result 2: grad(loss, w)
// @main result 3: best
// @main result 4: grad(hinge, w)
// @main result 5: max(w)
// @main result 6: softmax(Z, axis=2)
// @main result 7: where(w > 0, log(w), 0)
// %lambda: λ in the script
module @wengert {
  func.func public @main(%X: tensor<3x2xf64>, %y: tensor<3x1xf64>, %V: tensor<2x2xf64>, %w: tensor<2x1xf64>, %lambda: tensor<f64>) -> (tensor<f64>, tensor<2x2xf64>, tensor<2x1xf64>, tensor<2x1xf64>, tensor<2x1xf64>, tensor<f64>, tensor<3x2xf64>, tensor<2x1xf64>) {
    %0 = stablehlo.dot_general %X, %V, contracting_dims = [1] x [0] : (tensor<3x2xf64>, tensor<2x2xf64>) -> tensor<3x2xf64>
    %1 = stablehlo.constant dense<0.0> : tensor<f64>
    %2 = stablehlo.broadcast_in_dim %1, dims = [] : (tensor<f64>) -> tensor<3x2xf64>
    %3 = stablehlo.compare LT, %0, %2, FLOAT : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xi1>
    %4 = stablehlo.abs %0 : tensor<3x2xf64>
    %5 = stablehlo.negate %4 : tensor<3x2xf64>
    %6 = stablehlo.exponential %5 : tensor<3x2xf64>
    %7 = stablehlo.constant dense<1.0> : tensor<f64>
    %8 = stablehlo.broadcast_in_dim %7, dims = [] : (tensor<f64>) -> tensor<3x2xf64>
    %9 = stablehlo.select %3, %6, %8 : tensor<3x2xi1>, tensor<3x2xf64>
    %10 = stablehlo.add %8, %6 : tensor<3x2xf64>
    %Z = stablehlo.divide %9, %10 : tensor<3x2xf64>
    %12 = stablehlo.dot_general %Z, %w, contracting_dims = [1] x [0] : (tensor<3x2xf64>, tensor<2x1xf64>) -> tensor<3x1xf64>
    %13 = stablehlo.broadcast_in_dim %1, dims = [] : (tensor<f64>) -> tensor<3x1xf64>
    %14 = stablehlo.compare LT, %12, %13, FLOAT : (tensor<3x1xf64>, tensor<3x1xf64>) -> tensor<3x1xi1>
    %15 = stablehlo.abs %12 : tensor<3x1xf64>
    %16 = stablehlo.negate %15 : tensor<3x1xf64>
    %17 = stablehlo.exponential %16 : tensor<3x1xf64>
    %18 = stablehlo.broadcast_in_dim %7, dims = [] : (tensor<f64>) -> tensor<3x1xf64>
    %19 = stablehlo.select %14, %17, %18 : tensor<3x1xi1>, tensor<3x1xf64>
    %20 = stablehlo.add %18, %17 : tensor<3x1xf64>
    %y_hat = stablehlo.divide %19, %20 : tensor<3x1xf64>
    %22 = stablehlo.compare EQ, %y, %13, FLOAT : (tensor<3x1xf64>, tensor<3x1xf64>) -> tensor<3x1xi1>
    %23 = stablehlo.compare EQ, %y_hat, %y_hat, FLOAT : (tensor<3x1xf64>, tensor<3x1xf64>) -> tensor<3x1xi1>
    %24 = stablehlo.and %22, %23 : tensor<3x1xi1>
    %25 = stablehlo.log %y_hat : tensor<3x1xf64>
    %26 = stablehlo.multiply %y, %25 : tensor<3x1xf64>
    %27 = stablehlo.select %24, %13, %26 : tensor<3x1xi1>, tensor<3x1xf64>
    %28 = stablehlo.subtract %18, %y : tensor<3x1xf64>
    %29 = stablehlo.subtract %18, %y_hat : tensor<3x1xf64>
    %30 = stablehlo.compare EQ, %28, %13, FLOAT : (tensor<3x1xf64>, tensor<3x1xf64>) -> tensor<3x1xi1>
    %31 = stablehlo.compare EQ, %29, %29, FLOAT : (tensor<3x1xf64>, tensor<3x1xf64>) -> tensor<3x1xi1>
    %32 = stablehlo.and %30, %31 : tensor<3x1xi1>
    %33 = stablehlo.log %29 : tensor<3x1xf64>
    %34 = stablehlo.multiply %28, %33 : tensor<3x1xf64>
    %35 = stablehlo.select %32, %13, %34 : tensor<3x1xi1>, tensor<3x1xf64>
    %36 = stablehlo.add %27, %35 : tensor<3x1xf64>
    %37 = stablehlo.reduce(%36 init: %1) applies stablehlo.add across dimensions = [0, 1] : (tensor<3x1xf64>, tensor<f64>) -> tensor<f64>
    %38 = stablehlo.constant dense<3.0> : tensor<f64>
    %39 = stablehlo.divide %37, %38 : tensor<f64>
    %40 = stablehlo.negate %39 : tensor<f64>
    %41 = stablehlo.abs %V : tensor<2x2xf64>
    %42 = stablehlo.reduce(%41 init: %1) applies stablehlo.maximum across dimensions = [0, 1] : (tensor<2x2xf64>, tensor<f64>) -> tensor<f64>
    %43 = stablehlo.compare GT, %42, %1, FLOAT : (tensor<f64>, tensor<f64>) -> tensor<i1>
    %44 = stablehlo.is_finite %42 : (tensor<f64>) -> tensor<i1>
    %45 = stablehlo.and %43, %44 : tensor<i1>
    %46 = stablehlo.select %45, %42, %7 : tensor<i1>, tensor<f64>
    %47 = stablehlo.broadcast_in_dim %46, dims = [] : (tensor<f64>) -> tensor<2x2xf64>
    %48 = stablehlo.divide %V, %47 : tensor<2x2xf64>
    %49 = stablehlo.multiply %48, %48 : tensor<2x2xf64>
    %50 = stablehlo.reduce(%49 init: %1) applies stablehlo.add across dimensions = [0, 1] : (tensor<2x2xf64>, tensor<f64>) -> tensor<f64>
    %51 = stablehlo.sqrt %50 : tensor<f64>
    %52 = stablehlo.multiply %42, %51 : tensor<f64>
    %53 = stablehlo.select %45, %52, %42 : tensor<i1>, tensor<f64>
    %54 = stablehlo.constant dense<2.0> : tensor<f64>
    %55 = stablehlo.power %53, %54 : tensor<f64>
    %56 = stablehlo.multiply %lambda, %55 : tensor<f64>
    %loss = stablehlo.add %40, %56 : tensor<f64>
    %58 = stablehlo.multiply %54, %53 : tensor<f64>
    %59 = stablehlo.multiply %lambda, %58 : tensor<f64>
    %60 = stablehlo.broadcast_in_dim %53, dims = [] : (tensor<f64>) -> tensor<2x2xf64>
    %61 = stablehlo.divide %V, %60 : tensor<2x2xf64>
    %62 = stablehlo.broadcast_in_dim %1, dims = [] : (tensor<f64>) -> tensor<2x2xf64>
    %63 = stablehlo.compare NE, %60, %62, FLOAT : (tensor<2x2xf64>, tensor<2x2xf64>) -> tensor<2x2xi1>
    %64 = stablehlo.select %63, %61, %62 : tensor<2x2xi1>, tensor<2x2xf64>
    %65 = stablehlo.broadcast_in_dim %59, dims = [] : (tensor<f64>) -> tensor<2x2xf64>
    %66 = stablehlo.multiply %65, %64 : tensor<2x2xf64>
    %67 = stablehlo.constant dense<-1.0> : tensor<f64>
    %68 = stablehlo.divide %67, %38 : tensor<f64>
    %69 = stablehlo.broadcast_in_dim %68, dims = [] : (tensor<f64>) -> tensor<3x1xf64>
    %70 = stablehlo.divide %28, %29 : tensor<3x1xf64>
    %71 = stablehlo.compare NE, %28, %13, FLOAT : (tensor<3x1xf64>, tensor<3x1xf64>) -> tensor<3x1xi1>
    %72 = stablehlo.select %71, %70, %13 : tensor<3x1xi1>, tensor<3x1xf64>
    %73 = stablehlo.multiply %69, %72 : tensor<3x1xf64>
    %74 = stablehlo.negate %73 : tensor<3x1xf64>
    %75 = stablehlo.divide %y, %y_hat : tensor<3x1xf64>
    %76 = stablehlo.compare NE, %y, %13, FLOAT : (tensor<3x1xf64>, tensor<3x1xf64>) -> tensor<3x1xi1>
    %77 = stablehlo.select %76, %75, %13 : tensor<3x1xi1>, tensor<3x1xf64>
    %78 = stablehlo.multiply %69, %77 : tensor<3x1xf64>
    %79 = stablehlo.add %74, %78 : tensor<3x1xf64>
    %80 = stablehlo.negate %12 : tensor<3x1xf64>
    %81 = stablehlo.compare LT, %80, %13, FLOAT : (tensor<3x1xf64>, tensor<3x1xf64>) -> tensor<3x1xi1>
    %82 = stablehlo.abs %80 : tensor<3x1xf64>
    %83 = stablehlo.negate %82 : tensor<3x1xf64>
    %84 = stablehlo.exponential %83 : tensor<3x1xf64>
    %85 = stablehlo.select %81, %84, %18 : tensor<3x1xi1>, tensor<3x1xf64>
    %86 = stablehlo.add %18, %84 : tensor<3x1xf64>
    %87 = stablehlo.divide %85, %86 : tensor<3x1xf64>
    %88 = stablehlo.multiply %y_hat, %87 : tensor<3x1xf64>
    %89 = stablehlo.multiply %79, %88 : tensor<3x1xf64>
    %90 = stablehlo.transpose %w, dims = [1, 0] : (tensor<2x1xf64>) -> tensor<1x2xf64>
    %91 = stablehlo.dot_general %89, %90, contracting_dims = [1] x [0] : (tensor<3x1xf64>, tensor<1x2xf64>) -> tensor<3x2xf64>
    %92 = stablehlo.negate %0 : tensor<3x2xf64>
    %93 = stablehlo.compare LT, %92, %2, FLOAT : (tensor<3x2xf64>, tensor<3x2xf64>) -> tensor<3x2xi1>
    %94 = stablehlo.abs %92 : tensor<3x2xf64>
    %95 = stablehlo.negate %94 : tensor<3x2xf64>
    %96 = stablehlo.exponential %95 : tensor<3x2xf64>
    %97 = stablehlo.select %93, %96, %8 : tensor<3x2xi1>, tensor<3x2xf64>
    %98 = stablehlo.add %8, %96 : tensor<3x2xf64>
    %99 = stablehlo.divide %97, %98 : tensor<3x2xf64>
    %100 = stablehlo.multiply %Z, %99 : tensor<3x2xf64>
    %101 = stablehlo.multiply %91, %100 : tensor<3x2xf64>
    %102 = stablehlo.transpose %X, dims = [1, 0] : (tensor<3x2xf64>) -> tensor<2x3xf64>
    %103 = stablehlo.dot_general %102, %101, contracting_dims = [1] x [0] : (tensor<2x3xf64>, tensor<3x2xf64>) -> tensor<2x2xf64>
    %104 = stablehlo.add %66, %103 : tensor<2x2xf64>
    %105 = stablehlo.compare NE, %loss, %loss, FLOAT : (tensor<f64>, tensor<f64>) -> tensor<i1>
    %106 = stablehlo.constant dense<0x7FF8000000000000> : tensor<f64>
    %107 = stablehlo.broadcast_in_dim %105, dims = [] : (tensor<i1>) -> tensor<2x2xi1>
    %108 = stablehlo.broadcast_in_dim %106, dims = [] : (tensor<f64>) -> tensor<2x2xf64>
    %109 = stablehlo.select %107, %108, %104 : tensor<2x2xi1>, tensor<2x2xf64>
    %110 = stablehlo.transpose %Z, dims = [1, 0] : (tensor<3x2xf64>) -> tensor<2x3xf64>
    %111 = stablehlo.dot_general %110, %89, contracting_dims = [1] x [0] : (tensor<2x3xf64>, tensor<3x1xf64>) -> tensor<2x1xf64>
    %112 = stablehlo.broadcast_in_dim %105, dims = [] : (tensor<i1>) -> tensor<2x1xi1>
    %113 = stablehlo.broadcast_in_dim %106, dims = [] : (tensor<f64>) -> tensor<2x1xf64>
    %114 = stablehlo.select %112, %113, %111 : tensor<2x1xi1>, tensor<2x1xf64>
    %115 = stablehlo.dot_general %102, %X, contracting_dims = [1] x [0] : (tensor<2x3xf64>, tensor<3x2xf64>) -> tensor<2x2xf64>
    %116 = stablehlo.constant dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf64>
    %117 = stablehlo.broadcast_in_dim %lambda, dims = [] : (tensor<f64>) -> tensor<2x2xf64>
    %118 = stablehlo.multiply %117, %116 : tensor<2x2xf64>
    %119 = stablehlo.add %115, %118 : tensor<2x2xf64>
    %120 = stablehlo.dot_general %102, %y, contracting_dims = [1] x [0] : (tensor<2x3xf64>, tensor<3x1xf64>) -> tensor<2x1xf64>
    %121:3 = func.call @eliminate_2_1(%119, %120) : (tensor<2x2xf64>, tensor<2x1xf64>) -> (tensor<2x1xf64>, tensor<f64>, tensor<f64>)
    %122 = stablehlo.broadcast_in_dim %54, dims = [] : (tensor<f64>) -> tensor<3x1xf64>
    %123 = stablehlo.multiply %122, %y : tensor<3x1xf64>
    %124 = stablehlo.subtract %123, %18 : tensor<3x1xf64>
    %125 = stablehlo.dot_general %X, %w, contracting_dims = [1] x [0] : (tensor<3x2xf64>, tensor<2x1xf64>) -> tensor<3x1xf64>
    %126 = stablehlo.multiply %124, %125 : tensor<3x1xf64>
    %127 = stablehlo.subtract %18, %126 : tensor<3x1xf64>
    %128 = stablehlo.maximum %127, %13 : tensor<3x1xf64>
    %hinge = stablehlo.reduce(%128 init: %1) applies stablehlo.add across dimensions = [0, 1] : (tensor<3x1xf64>, tensor<f64>) -> tensor<f64>
    %130 = stablehlo.compare LE, %127, %13, FLOAT : (tensor<3x1xf64>, tensor<3x1xf64>) -> tensor<3x1xi1>
    %131 = stablehlo.not %130 : tensor<3x1xi1>
    %132 = stablehlo.select %131, %18, %13 : tensor<3x1xi1>, tensor<3x1xf64>
    %133 = stablehlo.negate %132 : tensor<3x1xf64>
    %134 = stablehlo.multiply %133, %124 : tensor<3x1xf64>
    %135 = stablehlo.select %131, %134, %13 : tensor<3x1xi1>, tensor<3x1xf64>
    %136 = stablehlo.convert %131 : (tensor<3x1xi1>) -> tensor<3x1xf64>
    %137 = stablehlo.broadcast_in_dim %102, dims = [0, 1] : (tensor<2x3xf64>) -> tensor<2x3x1xf64>
    %138 = stablehlo.broadcast_in_dim %135, dims = [1, 2] : (tensor<3x1xf64>) -> tensor<2x3x1xf64>
    %139 = stablehlo.broadcast_in_dim %7, dims = [] : (tensor<f64>) -> tensor<2x3xf64>
    %140 = stablehlo.broadcast_in_dim %1, dims = [] : (tensor<f64>) -> tensor<2x3xf64>
    %141 = stablehlo.compare NE, %139, %140, FLOAT : (tensor<2x3xf64>, tensor<2x3xf64>) -> tensor<2x3xi1>
    %142 = stablehlo.broadcast_in_dim %141, dims = [0, 1] : (tensor<2x3xi1>) -> tensor<2x3x1xi1>
    %143 = stablehlo.compare NE, %136, %13, FLOAT : (tensor<3x1xf64>, tensor<3x1xf64>) -> tensor<3x1xi1>
    %144 = stablehlo.broadcast_in_dim %143, dims = [1, 2] : (tensor<3x1xi1>) -> tensor<2x3x1xi1>
    %145 = stablehlo.multiply %137, %138 : tensor<2x3x1xf64>
    %146 = stablehlo.and %142, %144 : tensor<2x3x1xi1>
    %147 = stablehlo.constant dense<0.0> : tensor<2x3x1xf64>
    %148 = stablehlo.select %146, %145, %147 : tensor<2x3x1xi1>, tensor<2x3x1xf64>
    %149 = stablehlo.reduce(%148 init: %1) applies stablehlo.add across dimensions = [1] : (tensor<2x3x1xf64>, tensor<f64>) -> tensor<2x1xf64>
    %150 = stablehlo.reduce(%136 init: %1) applies stablehlo.add across dimensions = [0, 1] : (tensor<3x1xf64>, tensor<f64>) -> tensor<f64>
    %151 = stablehlo.compare NE, %150, %1, FLOAT : (tensor<f64>, tensor<f64>) -> tensor<i1>
    %152 = stablehlo.compare NE, %hinge, %hinge, FLOAT : (tensor<f64>, tensor<f64>) -> tensor<i1>
    %153 = stablehlo.broadcast_in_dim %152, dims = [] : (tensor<i1>) -> tensor<2x1xi1>
    %154 = stablehlo.select %153, %113, %149 : tensor<2x1xi1>, tensor<2x1xf64>
    %155 = stablehlo.broadcast_in_dim %151, dims = [] : (tensor<i1>) -> tensor<2x1xi1>
    %156 = stablehlo.broadcast_in_dim %1, dims = [] : (tensor<f64>) -> tensor<2x1xf64>
    %157 = stablehlo.select %155, %154, %156 : tensor<2x1xi1>, tensor<2x1xf64>
    %158 = stablehlo.constant dense<0xFFF0000000000000> : tensor<f64>
    %159 = stablehlo.reduce(%w init: %158) applies stablehlo.maximum across dimensions = [0, 1] : (tensor<2x1xf64>, tensor<f64>) -> tensor<f64>
    %160 = stablehlo.reduce(%Z init: %158) applies stablehlo.maximum across dimensions = [1] : (tensor<3x2xf64>, tensor<f64>) -> tensor<3xf64>
    %161 = stablehlo.reshape %160 : (tensor<3xf64>) -> tensor<3x1xf64>
    %162 = stablehlo.broadcast_in_dim %161, dims = [0, 1] : (tensor<3x1xf64>) -> tensor<3x2xf64>
    %163 = stablehlo.subtract %Z, %162 : tensor<3x2xf64>
    %164 = stablehlo.exponential %163 : tensor<3x2xf64>
    %165 = stablehlo.reduce(%164 init: %1) applies stablehlo.add across dimensions = [1] : (tensor<3x2xf64>, tensor<f64>) -> tensor<3xf64>
    %166 = stablehlo.reshape %165 : (tensor<3xf64>) -> tensor<3x1xf64>
    %167 = stablehlo.broadcast_in_dim %166, dims = [0, 1] : (tensor<3x1xf64>) -> tensor<3x2xf64>
    %168 = stablehlo.divide %164, %167 : tensor<3x2xf64>
    %169 = stablehlo.compare GT, %w, %156, FLOAT : (tensor<2x1xf64>, tensor<2x1xf64>) -> tensor<2x1xi1>
    %170 = stablehlo.log %w : tensor<2x1xf64>
    %171 = stablehlo.select %169, %170, %156 : tensor<2x1xi1>, tensor<2x1xf64>
    return %loss, %109, %114, %121#0, %157, %159, %168, %171 : tensor<f64>, tensor<2x2xf64>, tensor<2x1xf64>, tensor<2x1xf64>, tensor<2x1xf64>, tensor<f64>, tensor<3x2xf64>, tensor<2x1xf64>
  }

  // a \ b by Gauss and Jordan with partial pivoting, det(a) and log(abs(det(a))).
  func.func private @eliminate_2_1(%a: tensor<2x2xf64>, %b: tensor<2x1xf64>) -> (tensor<2x1xf64>, tensor<f64>, tensor<f64>) {
    %zero = stablehlo.constant dense<0.0> : tensor<f64>
    %one = stablehlo.constant dense<1.0> : tensor<f64>
    %minus_one = stablehlo.constant dense<-1.0> : tensor<f64>
    %first = stablehlo.constant dense<0> : tensor<i64>
    %next = stablehlo.constant dense<1> : tensor<i64>
    %count = stablehlo.constant dense<2> : tensor<i64>
    %rows = stablehlo.iota dim = 0 : tensor<2xi64>
    %both = stablehlo.concatenate %a, %b, dim = 1 : (tensor<2x2xf64>, tensor<2x1xf64>) -> tensor<2x3xf64>
    %end:4 = stablehlo.while(%k = %first, %x = %both, %det = %one, %log = %zero) : tensor<i64>, tensor<2x3xf64>, tensor<f64>, tensor<f64>
    cond {
      %more = stablehlo.compare LT, %k, %count, SIGNED : (tensor<i64>, tensor<i64>) -> tensor<i1>
      stablehlo.return %more : tensor<i1>
    } do {
      %here = stablehlo.broadcast_in_dim %k, dims = [] : (tensor<i64>) -> tensor<2xi64>
      %column = stablehlo.dynamic_slice %x, %first, %k, sizes = [2, 1] : (tensor<2x3xf64>, tensor<i64>, tensor<i64>) -> tensor<2x1xf64>
      %flat = stablehlo.reshape %column : (tensor<2x1xf64>) -> tensor<2xf64>
      %size = stablehlo.abs %flat : tensor<2xf64>
      %below = stablehlo.compare GE, %rows, %here, SIGNED : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi1>
      %out = stablehlo.broadcast_in_dim %minus_one, dims = [] : (tensor<f64>) -> tensor<2xf64>
      %known = stablehlo.select %below, %size, %out : tensor<2xi1>, tensor<2xf64>
      %top = stablehlo.reduce(%known init: %minus_one) applies stablehlo.maximum across dimensions = [0] : (tensor<2xf64>, tensor<f64>) -> tensor<f64>
      %tops = stablehlo.broadcast_in_dim %top, dims = [] : (tensor<f64>) -> tensor<2xf64>
      %is_top = stablehlo.compare EQ, %known, %tops, FLOAT : (tensor<2xf64>, tensor<2xf64>) -> tensor<2xi1>
      %counts = stablehlo.broadcast_in_dim %count, dims = [] : (tensor<i64>) -> tensor<2xi64>
      %places = stablehlo.select %is_top, %rows, %counts : tensor<2xi1>, tensor<2xi64>
      %pivot_at = stablehlo.reduce(%places init: %count) applies stablehlo.minimum across dimensions = [0] : (tensor<2xi64>, tensor<i64>) -> tensor<i64>
      %there = stablehlo.broadcast_in_dim %pivot_at, dims = [] : (tensor<i64>) -> tensor<2xi64>
      %is_here = stablehlo.compare EQ, %rows, %here, SIGNED : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi1>
      %is_there = stablehlo.compare EQ, %rows, %there, SIGNED : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi1>
      %back = stablehlo.select %is_there, %here, %rows : tensor<2xi1>, tensor<2xi64>
      %swap = stablehlo.select %is_here, %there, %back : tensor<2xi1>, tensor<2xi64>
      %order = stablehlo.reshape %swap : (tensor<2xi64>) -> tensor<2x1xi64>
      %swapped = "stablehlo.gather"(%x, %order) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, slice_sizes = array<i64: 1, 3>}> : (tensor<2x3xf64>, tensor<2x1xi64>) -> tensor<2x3xf64>
      %stays = stablehlo.compare EQ, %k, %pivot_at, SIGNED : (tensor<i64>, tensor<i64>) -> tensor<i1>
      %sign = stablehlo.select %stays, %one, %minus_one : tensor<i1>, tensor<f64>
      %row = stablehlo.dynamic_slice %swapped, %k, %first, sizes = [1, 3] : (tensor<2x3xf64>, tensor<i64>, tensor<i64>) -> tensor<1x3xf64>
      %entry = stablehlo.dynamic_slice %swapped, %k, %k, sizes = [1, 1] : (tensor<2x3xf64>, tensor<i64>, tensor<i64>) -> tensor<1x1xf64>
      %pivot = stablehlo.reshape %entry : (tensor<1x1xf64>) -> tensor<f64>
      %magnitude = stablehlo.abs %pivot : tensor<f64>
      %log_pivot = stablehlo.log %magnitude : tensor<f64>
      %new_log = stablehlo.add %log, %log_pivot : tensor<f64>
      %signed = stablehlo.multiply %pivot, %sign : tensor<f64>
      %new_det = stablehlo.multiply %det, %signed : tensor<f64>
      %is_zero = stablehlo.compare EQ, %pivot, %zero, FLOAT : (tensor<f64>, tensor<f64>) -> tensor<i1>
      %divisor = stablehlo.select %is_zero, %one, %pivot : tensor<i1>, tensor<f64>
      %divisors = stablehlo.broadcast_in_dim %divisor, dims = [] : (tensor<f64>) -> tensor<1x3xf64>
      %scaled = stablehlo.divide %row, %divisors : tensor<1x3xf64>
      %rest = stablehlo.dynamic_slice %swapped, %first, %k, sizes = [2, 1] : (tensor<2x3xf64>, tensor<i64>, tensor<i64>) -> tensor<2x1xf64>
      %factors = stablehlo.broadcast_in_dim %rest, dims = [0, 1] : (tensor<2x1xf64>) -> tensor<2x3xf64>
      %wide = stablehlo.broadcast_in_dim %scaled, dims = [0, 1] : (tensor<1x3xf64>) -> tensor<2x3xf64>
      %products = stablehlo.multiply %factors, %wide : tensor<2x3xf64>
      %reduced = stablehlo.subtract %swapped, %products : tensor<2x3xf64>
      %new_x = stablehlo.dynamic_update_slice %reduced, %scaled, %k, %first : (tensor<2x3xf64>, tensor<1x3xf64>, tensor<i64>, tensor<i64>) -> tensor<2x3xf64>
      %new_k = stablehlo.add %k, %next : tensor<i64>
      stablehlo.return %new_k, %new_x, %new_det, %new_log : tensor<i64>, tensor<2x3xf64>, tensor<f64>, tensor<f64>
    }
    %solution = stablehlo.slice %end#1 [0:2, 2:3] : (tensor<2x3xf64>) -> tensor<2x1xf64>
    %regular = stablehlo.is_finite %end#3 : (tensor<f64>) -> tensor<i1>
    %nan = stablehlo.constant dense<0x7FF8000000000000> : tensor<2x1xf64>
    %given = stablehlo.select %regular, %solution, %nan : tensor<i1>, tensor<2x1xf64>
    return %given, %end#2, %end#3 : tensor<2x1xf64>, tensor<f64>, tensor<f64>
  }
}
