"""Phrases that any sector's paper may use, and the places of the province. `{...}` as in `demo.sectors`."""

PLACES = (
    "xã Vân Sa",
    "phường Bến Thóc",
    "xã Đồng Mít",
    "xã Hạ Bồng",
    "xã Suối Thoong",
    "phường Cầu Dâu",
    "phường Chợ Tằm",
    "xã Đèo Lách",
    "xã Bãi Ngự",
    "phường Kênh Son",
    "xã Mộc Lâm",
    "xã Thạch Khê",
)

AIMS = (
    "Quán triệt đầy đủ, kịp thời các quy định có liên quan đến công tác {topic}",
    "Xác định rõ nội dung công việc, người chịu trách nhiệm, thời hạn và kết quả đầu ra của công tác {topic}",
    "Tạo chuyển biến thực chất trong công tác {topic}, tránh hình thức",
    "Phát huy vai trò của {group} trong công tác {topic}",
    "Làm căn cứ để kiểm tra, đánh giá kết quả thực hiện của từng cơ quan, đơn vị",
    "Việc triển khai phải đồng bộ, có trọng tâm, phù hợp điều kiện của từng địa phương",
    "Lồng ghép với các nhiệm vụ thường xuyên, không làm phát sinh thủ tục cho người dân",
    "Kịp thời phát hiện khó khăn, vướng mắc để tháo gỡ ngay từ cơ sở",
)

DEADLINES = (
    "hoàn thành trước ngày {day}",
    "thời gian thực hiện: thường xuyên trong năm",
    "báo cáo kết quả trước ngày {day}",
    "thực hiện xong trong quý {quarter}",
    "gửi kết quả về {office} chậm nhất ngày {day}",
    "tổ chức sơ kết trong tháng {month}",
)

DUTIES = (
    "Chủ trì, phối hợp với {group} tổ chức thực hiện công tác {topic}; {deadline}",
    "Theo dõi, đôn đốc, kiểm tra việc thực hiện; tổng hợp khó khăn, vướng mắc, tham mưu hướng giải quyết",
    "Bố trí kinh phí, nhân lực bảo đảm thực hiện công tác {topic} theo phân cấp hiện hành",
    "Chịu trách nhiệm về tính chính xác của số liệu báo cáo; {deadline}",
    "Tăng cường thông tin, tuyên truyền về công tác {topic} trên hệ thống truyền thanh cơ sở",
    "Lập hồ sơ công việc và giao nộp vào lưu trữ cơ quan sau khi kết thúc nhiệm vụ",
    "Thành lập tổ kiểm tra liên ngành, kiểm tra thực tế tại {place}; {deadline}",
    "Phân công lãnh đạo trực tiếp phụ trách, gửi danh sách về {office} để tiện liên hệ",
)

LINKS = (
    "Trong kỳ, công tác {topic} được các cấp, các ngành quan tâm chỉ đạo.",
    "Các cơ quan, đơn vị đã bám sát kế hoạch, chủ động triển khai công tác {topic}.",
    "Qua theo dõi, công tác {topic} tại {place} có nhiều chuyển biến tích cực.",
    "Bên cạnh kết quả đạt được, công tác {topic} vẫn còn những hạn chế cần khắc phục.",
    "So với yêu cầu đề ra, tiến độ thực hiện đạt {pct}.",
    "Việc phối hợp giữa {group} và chính quyền cơ sở ngày càng chặt chẽ.",
)

CAUSES = (
    "Nguyên nhân chủ yếu là do người đứng đầu một số đơn vị chưa sát sao, khâu kiểm tra còn hình thức.",
    "Nguyên nhân khách quan là địa bàn rộng, thời tiết bất thường, nguồn lực còn hạn chế.",
    "Nguyên nhân là do quy định thay đổi, các đơn vị cần thời gian làm quen.",
    "Nguyên nhân là do sự phối hợp giữa các đơn vị có lúc chưa nhịp nhàng, thông tin chưa kịp thời.",
)

REQUESTS = (
    "Đề nghị cấp có thẩm quyền xem xét, bổ sung kinh phí thực hiện công tác {topic}.",
    "Đề nghị các cơ quan, đơn vị quan tâm phối hợp, bảo đảm tiến độ chung.",
    "Kiến nghị sớm ban hành hướng dẫn thống nhất để các địa phương thực hiện.",
    "Đề nghị {group} cử cán bộ đầu mối, gửi danh sách trước ngày {day}.",
)

LETTER_OPENINGS = (
    "Thực hiện chương trình công tác năm {year}, {self} triển khai công tác {topic} trên địa bàn.",
    "Qua kiểm tra thực tế tại {place}, {self} nhận thấy công tác {topic} còn một số nội dung cần chấn chỉnh.",
    "{Self} nhận được phản ánh, kiến nghị của cử tri {place} liên quan đến công tác {topic}.",
    "Để bảo đảm tiến độ công tác {topic}, {self} đề nghị các cơ quan, đơn vị thực hiện một số nội dung sau:",
    "Căn cứ nhiệm vụ được giao, {self} đề nghị quý cơ quan phối hợp thực hiện công tác {topic} như sau:",
    "Sau khi xem xét đề nghị của {group} về công tác {topic}, {self} có ý kiến như sau:",
)

LETTER_CLOSINGS = (
    "Trong quá trình thực hiện, nếu có khó khăn, vướng mắc, đề nghị phản ánh về {self} để xem xét, giải quyết.",
    "Đề nghị các cơ quan, đơn vị quan tâm thực hiện, gửi kết quả trước ngày {day}.",
    "{Self} trân trọng đề nghị quý cơ quan phối hợp.",
    "{Self} thông báo để các cơ quan, đơn vị biết, thực hiện.",
)

FUNDING = (
    "Kinh phí thực hiện được bố trí trong dự toán ngân sách hằng năm theo phân cấp và các nguồn hợp pháp khác.",
    "Kinh phí dự kiến {money}, trong đó ngân sách tỉnh bảo đảm {pct}, phần còn lại do đơn vị tự cân đối.",
    "Các cơ quan, đơn vị sử dụng kinh phí thường xuyên đã được giao, không bổ sung ngoài dự toán.",
)

FORCE = (
    "Quyết định này có hiệu lực kể từ ngày ký.",
    "Quyết định này có hiệu lực kể từ ngày ký và thay thế các quy định trước đây trái với Quyết định này.",
    "Quyết định này có hiệu lực thi hành kể từ ngày {day}.",
)

MEETING_PLACES = (
    "Phòng họp số 1, trụ sở {Self}",
    "Hội trường tầng 2, trụ sở {Self}",
    "Phòng họp trực tuyến, kết nối đến điểm cầu {place}",
    "Nhà văn hóa trung tâm {place}",
)

RECIPIENTS = (
    "TT Tỉnh ủy, TT HĐND tỉnh",
    "Chủ tịch, các PCT UBND tỉnh",
    "Các sở, ban, ngành",
    "UBND {communes}",
    "Văn phòng UBND tỉnh",
    "Công báo tỉnh",
    "Cổng Thông tin điện tử tỉnh",
    "Báo và phát thanh, truyền hình tỉnh",
    "Lãnh đạo cơ quan",
    "Các phòng chuyên môn, nghiệp vụ",
    "Kho bạc Nhà nước khu vực",
)
