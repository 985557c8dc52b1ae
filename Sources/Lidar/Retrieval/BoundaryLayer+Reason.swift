extension BoundaryLayer {
  /// Why a height is worth what it is, or why there is none.
  package enum Reason: String, CaseIterable, Sendable, Hashable {
    case agreed
    case oneMethod = "one_method"
    case methodsDiffer = "methods_differ"
    case wideSpread = "wide_spread"
    case underCloud = "under_cloud"
    case noStep = "no_step"
    case lowCloud = "low_cloud"
    case cloudHides = "cloud_hides"
    case noise
    case noSignal = "no_signal"

    package var english: String {
      switch self {
      case .agreed: "gradient and wavelets find the same fall of the signal"
      case .oneMethod: "only one of the two methods finds a fall that stands out of the noise"
      case .methodsDiffer: "gradient and wavelets find different falls; the wavelets' height stands"
      case .wideSpread: "the heights of widths and profiles spread wide"
      case .underCloud: "most profiles have a cloud within the search; what lies above it is not seen"
      case .noStep: "no fall of the signal stands out"
      case .lowCloud: "cloud or fog begins so low that nothing can be searched below it"
      case .cloudHides: "no fall below the cloud: the layer may reach into it"
      case .noise: "the signal is not above its noise"
      case .noSignal: "the profile has too few bins within the search"
      }
    }

    package var chinese: String {
      switch self {
      case .agreed: "梯度法与小波法结果一致"
      case .oneMethod: "仅一种方法找到高于噪声的信号突降"
      case .methodsDiffer: "梯度法与小波法结果不一致，采用小波法高度"
      case .wideSpread: "不同尺度、不同廓线的高度离散较大"
      case .underCloud: "多数廓线在搜索范围内有云，云上不可见"
      case .noStep: "未见明显的信号突降"
      case .lowCloud: "云或雾过低，其下无法搜索"
      case .cloudHides: "云下未见信号突降，边界层可能伸入云中"
      case .noise: "信号未高于噪声"
      case .noSignal: "搜索范围内有效距离库过少"
      }
    }
  }
}
